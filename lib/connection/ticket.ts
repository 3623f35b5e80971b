import type { Log } from "../base/log.ts";
import type { RouteMeter } from "../base/meter.ts";
import type { IncomingRequest } from "../base/request.ts";
import type {
  Connection,
  RouteInfo,
  Screen,
  Session,
  SlowPolicy,
  Transport,
  TransportEvents,
} from "../contract.ts";
import type { CurbLimits } from "./curb.ts";
import type { RecordTerms } from "./record/record_terms.ts";
import type { Resuming } from "./resume/resuming.ts";
import type { Compression } from "./transport/deflate/compression.ts";

/** Name and value of a header. */
export type Header = readonly [name: string, value: string];

/** A way to the server that serves a connection. */
export interface Relay {
  /**
   * Puts a transport on it.
   *
   * @param ends Of these, one is called: `left` when the connection has ended, `abandon` where it never was open.
   * @returns Takes the transport's events.
   */
  attach(transport: Transport, ends: Pick<Ticket, "left" | "abandon">): TransportEvents;
  /** Takes the greeting of a session, which is JSON that nobody has checked, where its client cannot. */
  greet?: (greeting: unknown) => void;
}

/** An upgrade that an engine shall carry out: exactly one of `open` and `abandon` follows. */
export interface Ticket {
  readonly request: IncomingRequest;
  readonly log: Log;
  /** The route that has admitted it. */
  readonly route: RouteInfo;
  /** Counts what happens there. */
  readonly meter: RouteMeter;
  /** Headers of the 101 answer. */
  readonly headers: readonly Header[];
  /** The subprotocol that was agreed on, empty where there is none; its header is among the others. */
  readonly subprotocol: string;
  /** The terms of compression that the client and the route agree on; who can keep them adds their header. */
  readonly compression: Compression | undefined;
  /** The policy for messages that others make for the client faster than it reads. */
  readonly slow: SlowPolicy;
  /** Whether it goes on while the servers on a bus are apart; default `local`: it does. */
  readonly away?: "local" | "close";
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** How fast its client may send, and how long it may be. */
  readonly limits: CurbLimits;
  /** How it survives its transport, or which session it goes on with; undefined where it does neither. */
  readonly resume?: Resuming | undefined;
  /** The way to another server that may have to serve it; default: it is served here. */
  readonly relay?: Relay | undefined;
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /** Milliseconds in which it may take nothing of what waits for it after its end; 0 means no limit. */
  readonly lingerMs: number;
  /** The terms on which it is recorded; default: it is not. */
  readonly record?: RecordTerms | undefined;
  /** The terminal that is recorded in place of its messages. */
  readonly screen?: Screen | undefined;
  open(connection: Connection): Session | void;
  abandon(): void;
  /** After `open`: the connection has ended. */
  left(): void;
}
