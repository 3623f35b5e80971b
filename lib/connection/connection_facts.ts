import type { Log } from "../base/log.ts";
import type { Carried } from "../base/meter.ts";
import type { Connection, RouteInfo, Transport } from "../contract.ts";
import type { Tally } from "./tally.ts";

/** A connection that is open, as whoever runs the server may see it: nothing of what it carries. */
export interface ConnectionFacts {
  /** The id of the request that it began with. */
  readonly id: string;
  /** Name or address of the client. */
  readonly remote: string;
  /** The path that was asked for, as sent; without its query, in which secrets may be. */
  readonly path: string;
  /** Milliseconds since the epoch at which it was opened. */
  readonly since: number;
  readonly route: RouteInfo;
  /** The name of the client; empty where that is not known. */
  readonly user: string;
  /** The number of its process, where it has one. */
  readonly pid: number | undefined;
  /** Empty where none was agreed on. */
  readonly subprotocol: string;
  /** Whether its messages are compressed. */
  readonly compressed: boolean;
  /** Whether its session waits for the client, whose transport has broken. */
  readonly away: boolean;
  readonly carried: Carried;
  /** Bytes that wait for the client. */
  readonly bufferedAmount: number;
}

/** Parts of a connection that tell of it. */
export interface FactsParts extends Pick<ConnectionFacts, "route" | "user"> {
  readonly log: Log;
  readonly transport: Transport;
  readonly tally: Tally;
}

/** The facts about a connection that is open. */
export function connectionFacts(
  { id, subprotocol, bufferedAmount }: Pick<Connection, "id" | "subprotocol" | "bufferedAmount">,
  { log, transport, route, user, tally }: FactsParts,
): ConnectionFacts {
  const { remote = "", url = "", pid } = log.associated;
  return {
    id,
    remote,
    path: url.replace(/^[^/]*\/\/[^/]*|\?.*$/gs, ""),
    since: performance.timeOrigin + tally.since,
    route,
    user,
    pid: pid === undefined ? undefined : Number(pid),
    subprotocol,
    compressed: transport.compresses ?? false,
    away: transport.isAway ?? false,
    carried: tally.carried,
    bufferedAmount,
  };
}
