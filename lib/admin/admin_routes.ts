import { plain } from "../base/plain.ts";
import type { Readiness } from "../base/readiness.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import type { Roster } from "../connection/roster.ts";
import type { Guard, Handler } from "../contract.ts";
import type { Authenticator } from "../gate/auth/authenticator.ts";
import type { Route } from "../gate/route.ts";
import { byMethod } from "./by_method.ts";
import { connections, connectionsFor } from "./connections.ts";
import { type End, endConnection, endIn } from "./end_connection.ts";
import type { Look, Metrics } from "./metrics.ts";
import { type MetricsData, textOfAll, type WorkerMetrics } from "./metrics_of_all.ts";
import type { Others } from "./others.ts";
import { page, toPage } from "./page.ts";
import { healthz, readyz } from "./probes.ts";
import type { QuietTimes } from "./quiet_times.ts";

/** The parts of a server that can be watched. */
export interface Watched {
  readonly roster: Roster;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly quiet: QuietTimes;
  /** The other servers that are one with this one; default: there are none. */
  readonly others?: Others | undefined;
}

/** Options of {@linkcode adminRoutes}. */
export interface AdminRoutesOptions {
  /** The path that they are below; empty where they have a place of their own. */
  readonly prefix: string;
  /** Look at every request but those of whoever asks whether the server is alive or ready. */
  readonly guards: readonly Guard[];
  /** Let in only who is known, but for those. */
  readonly auth: readonly Authenticator[];
}

/**
 * The routes of whoever runs the server. A load balancer has no password: `/healthz` and `/readyz` are for
 * everybody, and tell nothing but that.
 */
export function adminRoutes(
  watched: Watched,
  { prefix, guards, auth }: AdminRoutesOptions,
): Route[] {
  const guarded: [path: string, handler: Handler][] = [
    ["/", page()],
    ...(prefix ? [["", toPage(prefix)] as [string, Handler]] : []),
    ["/metrics", metrics(watched)],
    ["/connections", connections(watched)],
    ["/connections/:id", endConnection(watched.roster, watched.others)],
    // Nothing else of the server is below it.
    ...(prefix ? [["/*", nothing()] as [string, Handler]] : []),
  ];
  // Nobody who may come in to the server is its operator for that.
  const open = { guards: [], auth: [] };
  return [
    { path: `${prefix}/healthz`, handler: healthz(), ...open },
    { path: `${prefix}/readyz`, handler: readyz(watched.readiness, watched.others), ...open },
    ...guarded.map(([path, handler]) => ({ path: prefix + path, handler, guards, auth })),
  ].map((route) => ({ ...route, info: { handler: "admin" } }));
}

/** Answers what other servers ask of this one. */
export function answersFor(watched: Watched): Parameters<Others["answer"]>[0] {
  const { metrics, readiness } = watched;
  return {
    connections: connectionsFor(watched),
    end: (end: End) => endIn(watched.roster, end),
    readiness: () => readiness.conditions,
    metrics: () => metrics.data(lookOf(watched)),
  };
}

/** `/metrics`: in Prometheus' text format. */
function metrics(watched: Watched): Handler {
  const { metrics, others } = watched;
  return byMethod({
    async GET() {
      const text = await (others ? metricsOfAll(watched, others) : metrics.text(lookOf(watched)));
      return new Response(text, { headers: { "Content-Type": metrics.contentType } });
    },
  });
}

async function metricsOfAll(watched: Watched, others: Others): Promise<string> {
  const own = await watched.metrics.data(lookOf(watched));
  const { answers, silent } = await others.ask("metrics", null, own);
  const all = answers.map(({ answer, ...of }): WorkerMetrics => ({
    ...of,
    metrics: answer as MetricsData,
  }));
  const { worker } = others;
  return await textOfAll(
    [{ worker, pid: Deno.pid, isRetired: false, metrics: own }, ...all],
    silent,
  );
}

function lookOf({ roster, readiness }: Watched): Look {
  return { connections: factsOf(roster), ready: readiness.isReady };
}

function* factsOf(roster: Roster): Generator<ConnectionFacts> {
  for (const { facts } of roster) if (facts) yield facts;
}

function nothing(): Handler {
  return { respond: () => plain(404) };
}
