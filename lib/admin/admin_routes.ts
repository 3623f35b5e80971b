import { plain } from "../base/plain.ts";
import type { Readiness } from "../base/readiness.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import type { Roster } from "../connection/roster.ts";
import type { Guard, Handler } from "../contract.ts";
import type { Authenticator } from "../gate/auth/authenticator.ts";
import type { Route } from "../gate/route.ts";
import { byMethod } from "./by_method.ts";
import { connections, endConnection } from "./connections.ts";
import type { Metrics } from "./metrics.ts";
import { page, toPage } from "./page.ts";
import { healthz, readyz } from "./probes.ts";
import type { QuietTimes } from "./quiet_times.ts";

/** The parts of a server that can be watched. */
export interface Watched {
  readonly roster: Roster;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly quiet: QuietTimes;
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
  const { roster, readiness, quiet } = watched;
  const guarded: [path: string, handler: Handler][] = [
    ["/", page()],
    ...(prefix ? [["", toPage(prefix)] as [string, Handler]] : []),
    ["/metrics", metrics(watched)],
    ["/connections", connections(roster, quiet)],
    ["/connections/:id", endConnection(roster)],
    // Nothing else of the server is below it.
    ...(prefix ? [["/*", nothing()] as [string, Handler]] : []),
  ];
  // Nobody who may come in to the server is its operator for that.
  const open = { guards: [], auth: [] };
  return [
    { path: `${prefix}/healthz`, handler: healthz(), ...open },
    { path: `${prefix}/readyz`, handler: readyz(readiness), ...open },
    ...guarded.map(([path, handler]) => ({ path: prefix + path, handler, guards, auth })),
  ].map((route) => ({ ...route, info: { handler: "admin" } }));
}

/** `/metrics`: in Prometheus' text format. */
function metrics({ roster, readiness, metrics }: Watched): Handler {
  return byMethod({
    async GET() {
      const text = await metrics.text({
        connections: factsOf(roster),
        ready: readiness.isReady,
      });
      return new Response(text, { headers: { "Content-Type": metrics.contentType } });
    },
  });
}

function* factsOf(roster: Roster): Generator<ConnectionFacts> {
  for (const { facts } of roster) if (facts) yield facts;
}

function nothing(): Handler {
  return { respond: () => plain(404) };
}
