import type { Carried } from "../base/meter.ts";
import type { Silent } from "./others.ts";

/** The answer of `/connections`. */
export interface ConnectionList {
  /** The number of all that are open. */
  readonly total: number;
  /** The number of those that match what is asked for. */
  readonly matching: number;
  /** The `?after=` of those that come next, with several workers a text; null where these are the last. */
  readonly next: number | string | null;
  /** The workers that did not answer, and so are not in it; missing where there is one server. */
  readonly silent?: readonly Silent[];
  /** The first that match, in the order in which they came: `?limit=`, default 1000, at most 10,000. */
  readonly connections: readonly ListedConnection[];
}

/** One connection of a {@linkcode ConnectionList}. */
export interface ListedConnection extends Carried {
  /** The ID of `DELETE /connections/ID`. */
  readonly id: string;
  /** The number of the worker that has it; missing where there is one server. */
  readonly worker?: number;
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
  /** Bytes that wait for the client. */
  readonly queued: number;
  /** Milliseconds for which it has carried no message, to the second. */
  readonly idleMs: number;
}
