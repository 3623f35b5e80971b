import { UsageError } from "../base/errors.ts";
import { plain } from "../base/plain.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import type { Roster } from "../connection/roster.ts";
import type { Handler } from "../contract.ts";
import { byMethod } from "./by_method.ts";
import type { ConnectionList, ListedConnection } from "./connection_list.ts";
import { type ConnectionPage, joinPages, type PageOf } from "./connection_pages.ts";
import { type ConnectionQuery, readConnectionQuery } from "./connection_query.ts";
import type { Others } from "./others.ts";
import type { QuietTimes } from "./quiet_times.ts";

/** Connections that can be watched. */
export interface Connected {
  readonly roster: Roster;
  readonly quiet: Pick<QuietTimes, "of">;
  /** The other servers that are one with this one; default: there are none. */
  readonly others?: Others | undefined;
}

/** `/connections`: a {@linkcode ConnectionList}. */
export function connections(watched: Connected): Handler {
  return byMethod({
    async GET({ query }) {
      try {
        const { others } = watched;
        return Response.json(
          await (others ? listOfAll(watched, others, query) : listOf(watched, query)),
        );
      } catch (error) {
        if (error instanceof UsageError) return plain(400, {}, error.message);
        throw error;
      }
    },
  });
}

/** The page of this server, for another one. */
export function connectionsFor(watched: Connected): (query: string) => ConnectionPage {
  return (query) => pageOf(watched, readConnectionQuery(query, Deno.pid));
}

function listOf(watched: Connected, text: string): ConnectionList {
  const query = readConnectionQuery(text);
  const { total, matching, rows, hasMore } = pageOf(watched, query);
  const next = hasMore ? rows.at(-1)?.[0] ?? query.after : null;
  return { total, matching, next, connections: rows.map(([, connection]) => connection) };
}

async function listOfAll(
  watched: Connected,
  others: Others,
  text: string,
): Promise<ConnectionList> {
  const query = readConnectionQuery(text, Deno.pid);
  const { answers, silent } = await others.ask("connections", text);
  const own: PageOf = {
    worker: others.worker,
    pid: Deno.pid,
    after: query.after,
    page: pageOf(watched, query),
  };
  const pages = answers.map(({ worker, pid, answer }): PageOf => {
    const { after } = readConnectionQuery(text, pid);
    return { worker, pid, after, page: answer as ConnectionPage };
  });
  const { connections, ...joined } = joinPages([own, ...pages], query.limit);
  return { ...joined, silent, connections };
}

function pageOf(
  { roster, quiet }: Connected,
  { limit, after, matches }: ConnectionQuery,
): ConnectionPage {
  const rows: [number, ListedConnection][] = [];
  let [total, matching] = [0, 0];
  let hasMore = false;
  for (const [member, number] of roster.numbered()) {
    const isBehind = number > after;
    const isListed = isBehind && rows.length < limit;
    if (isListed || matches) {
      const { facts } = member;
      if (!facts) continue;
      total++;
      if (matches?.(facts) === false) continue;
      if (isListed) rows.push([number, listedAs(facts, quiet.of(member))]);
    } else total++; // Looking at each costs more than counting it.
    matching++;
    hasMore ||= isBehind && !isListed;
  }
  return { total, matching, rows, hasMore };
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
