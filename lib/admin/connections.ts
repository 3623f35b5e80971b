import { isCloseCode } from "../base/close_code.ts";
import { HandshakeError, UsageError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import { shown } from "../base/shown.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import type { Roster } from "../connection/roster.ts";
import type { Handler, IncomingRequest } from "../contract.ts";
import { checkOrigin } from "../gate/origin.ts";
import { byMethod } from "./by_method.ts";
import { type ConnectionQuery, readConnectionQuery } from "./connection_query.ts";
import type { QuietTimes } from "./quiet_times.ts";

/** The answer of `/connections`. */
export interface ConnectionList {
  /** The number of all that are open. */
  readonly total: number;
  /** The number of those that match what is asked for. */
  readonly matching: number;
  /** The `?after=` of those that come next; null where these are the last. */
  readonly next: number | null;
  /** The first that match, in the order in which they came: `?limit=`, default 1000, at most 10,000. */
  readonly connections: readonly ListedConnection[];
}

/** One connection of a {@linkcode ConnectionList}. */
export interface ListedConnection {
  /** The ID of `DELETE /connections/ID`. */
  readonly id: string;
  /** Name or address of the client. */
  readonly remote: string;
  /** The path that was asked for, without its query. */
  readonly path: string;
  /** ISO 8601. */
  readonly since: string;
  /** The pattern of its route. */
  readonly route: string;
  /** The name of the route's handler; null where it has none. */
  readonly handler: string | null;
  /** The name of the client; null where nobody knows. */
  readonly user: string | null;
  /** The number of its process; null where it has none. */
  readonly pid: number | null;
  /** Empty where none was agreed on. */
  readonly subprotocol: string;
  readonly compressed: boolean;
  /** Whether it waits for its client to come back (`resume`). */
  readonly away: boolean;
  readonly messagesIn: number;
  readonly bytesIn: number;
  readonly messagesOut: number;
  readonly bytesOut: number;
  /** Messages that were not sent because the client reads too slowly. */
  readonly dropped: number;
  /** Bytes that wait for the client. */
  readonly queued: number;
  /** Milliseconds for which it has carried no message, to the second. */
  readonly idleMs: number;
}

/** `/connections`: a {@linkcode ConnectionList}. */
export function connections(roster: Roster, quiet: Pick<QuietTimes, "of">): Handler {
  return byMethod({
    GET({ query }) {
      try {
        return Response.json(listOf(roster, quiet, readConnectionQuery(query)));
      } catch (error) {
        if (error instanceof UsageError) return plain(400, {}, error.message);
        throw error;
      }
    },
  });
}

/**
 * `DELETE /connections/ID?code=&reason=`: ends a connection, whatever its handler does, by default with 1001 and
 * `Ended by the operator`. A page of another site cannot ask for that: a browser asks before, by `OPTIONS`, and is
 * not allowed to; and where it tells whose page it is, that has to be of this server.
 */
export function endConnection(roster: Roster): Handler {
  return byMethod({
    DELETE(request) {
      expectSameOrigin(request);
      const { id = "" } = request.params;
      const query = new URLSearchParams(request.query);
      const code = Number(query.get("code") ?? 1001);
      const reason = query.get("reason") ?? "Ended by the operator";
      if (!isCloseCode(code)) {
        return plain(400, {}, "the code is none that a server may close with");
      }
      const member = Array.from(roster).find((each) => each.id === id);
      if (!member?.facts) return plain(404, {}, "there is no connection of that id");
      const who = [request.user, request.remote.host].filter(Boolean).join(" at ");
      new Log({ id, remote: member.facts.remote })
        .info("session", `The operator ${who} ends the connection with ${code} ${reason}`);
      member.end(code, reason);
      return new Response(null, { status: 204 });
    },
  });
}

function expectSameOrigin({ headers, host, secure }: IncomingRequest): void {
  const origin = headers.get("origin");
  if (origin !== null) checkOrigin({ origin, host, secure }, { sameOrigin: true });
  const site = headers.get("sec-fetch-site") ?? "none";
  if (!["none", "same-origin"].includes(site)) {
    throw new HandshakeError(403, `The page that asks is of another site: ${shown(site)}`);
  }
}

function listOf(
  roster: Roster,
  quiet: Pick<QuietTimes, "of">,
  { limit, after, matches }: ConnectionQuery,
): ConnectionList {
  const connections: ListedConnection[] = [];
  let [total, matching, last] = [0, 0, after];
  let next: number | null = null;
  for (const [member, number] of roster.numbered()) {
    const isBehind = number > after;
    const isListed = isBehind && connections.length < limit;
    if (isListed || matches) {
      const { facts } = member;
      if (!facts) continue;
      total++;
      if (matches?.(facts) === false) continue;
      if (isListed) {
        connections.push(listedAs(facts, quiet.of(member)));
        last = number;
      }
    } else total++; // Looking at each costs more than counting it.
    matching++;
    if (isBehind && !isListed) next = last;
  }
  return { total, matching, next, connections };
}

function listedAs(facts: ConnectionFacts, quietMs: number): ListedConnection {
  const { id, remote, path, since, route, user, pid, subprotocol, compressed, away, carried } =
    facts;
  return {
    id,
    remote,
    path,
    since: new Date(since).toISOString(),
    route: route.path,
    handler: route.handler ?? null,
    user: user || null,
    pid: pid ?? null,
    subprotocol,
    compressed,
    away,
    ...carried,
    queued: facts.bufferedAmount,
    idleMs: Math.round(quietMs),
  };
}
