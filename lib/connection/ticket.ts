import type { Log } from "../base/log.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Connection, Session, SlowPolicy } from "../contract.ts";

/** Name and value of a header. */
export type Header = readonly [name: string, value: string];

/** An upgrade that an engine shall carry out: exactly one of `open` and `abandon` follows. */
export interface Ticket {
  readonly request: IncomingRequest;
  readonly log: Log;
  /** Headers of the 101 answer. */
  readonly headers: readonly Header[];
  /** The subprotocol that was agreed on, empty where there is none; its header is among the others. */
  readonly subprotocol: string;
  /** The policy for messages that others make for the client faster than it reads. */
  readonly slow: SlowPolicy;
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /** Milliseconds in which it may take nothing of what waits for it after its end; 0 means no limit. */
  readonly lingerMs: number;
  open(connection: Connection): Session | void;
  abandon(): void;
  /** After `open`: the connection has ended. */
  left(): void;
}
