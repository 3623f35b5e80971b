import { Batch, type Message } from "../base/batch.ts";
import { isCloseCode } from "../base/close_code.ts";
import { messageOf } from "../base/errors.ts";
import { CLOSE_TIMEOUT, MAX_UNSENT } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { nextTurn } from "../base/next_turn.ts";
import { shown } from "../base/shown.ts";
import type {
  Connection,
  Hub,
  PublishOptions,
  Session,
  Transport,
  TransportEvents,
} from "../contract.ts";
import { Outbox } from "./outbox.ts";
import type { Roster } from "./roster.ts";
import type { Ticket } from "./ticket.ts";

/** Parts of the server that a {@linkcode LiveConnection} needs. */
export interface ConnectionOptions {
  readonly roster: Roster;
  readonly hub: Hub;
}

/**
 * A connection on a transport, which tells it of each event; it keeps what `contract.ts` promises to the
 * handler.
 */
export class LiveConnection implements Connection, TransportEvents {
  readonly id: string;
  readonly subprotocol: string;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  /** Until it is open: then its request is not needed any more, and that is memory. */
  #ticket: Ticket | undefined;
  readonly #log: Log;
  readonly #options: ConnectionOptions;
  readonly #maxFrameSize: number;
  readonly #lingerMs: number;
  readonly #left: () => void;
  #session: Session | undefined;
  #takesBatches = false;
  #state: "opening" | "open" | "closing" | "closed" = "opening";
  /** The rooms that it has joined by itself; most connections never do. */
  #joined: Set<string> | undefined;

  constructor(transport: Transport, ticket: Ticket, options: ConnectionOptions) {
    this.id = ticket.request.id;
    this.subprotocol = ticket.subprotocol;
    this.#maxFrameSize = ticket.maxFrameSize;
    this.#lingerMs = ticket.lingerMs || Infinity;
    this.#left = ticket.left;
    this.#transport = transport;
    this.#ticket = ticket;
    this.#log = ticket.log;
    this.#options = options;
    this.#outbox = new Outbox(transport, {
      slow: ticket.slow,
      log: ticket.log,
      tooSlow: () => this.#tooSlow(),
    });
    options.roster.add(this);
  }

  get bufferedAmount(): number {
    return this.#outbox.bufferedAmount;
  }

  drained(amount?: number): Promise<void> {
    // Who sends on until it is told of the end must not keep the end from coming.
    return this.#state === "open" ? this.#outbox.drained(amount) : nextTurn();
  }

  send(data: Message | Batch): void {
    if (this.#state === "open") this.#outbox.send(batchOf(data));
  }

  deliver(batch: Batch): void {
    if (this.#state === "open") this.#outbox.deliver(batch);
  }

  replay(past: readonly Batch[]): void {
    if (this.#state === "open") this.#outbox.replay(past);
  }

  close(code = 1000, reason = ""): void {
    this.#finish(code, reason, this.#lingerMs);
  }

  #finish(code: number, reason: string, patience: number): void {
    if (this.#state !== "open") return;
    if (typeof reason !== "string") {
      throw new TypeError(`A reason has to be a string, not ${shown(reason)}`);
    }
    if (!isCloseCode(code)) {
      this.#log.error("session", `The handler failed: ${shown(code)} is no close code`);
      code = 1011;
      reason = "Internal error";
    }
    this.#outbox.flush();
    this.#close(code, reason, patience);
  }

  pause(): boolean {
    return this.#state === "open" && this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  join(room: string): void {
    if (this.#state !== "open" || this.#joined?.has(room)) return;
    (this.#joined ??= new Set()).add(room);
    this.#options.hub.room(room).join(this);
  }

  leave(room: string): void {
    if (this.#joined?.delete(room)) this.#options.hub.room(room).leave(this);
  }

  publish(room: string, data: Message | Batch, { echo = true }: PublishOptions = {}): number {
    // Here, so that it is the publisher's mistake, and not that of each member.
    const batch = batchOf(data);
    return this.#options.hub.room(room).publish(batch, echo ? undefined : (id) => id === this.id);
  }

  /** Hands the connection to its handler, now that its transport is open. */
  opened(): void {
    if (this.#state !== "opening") return this.#transport.close(1001, "Opened too late");
    this.#state = "open";
    this.#log.access("session", "CONNECT");
    const ticket = this.#ticket;
    this.#ticket = undefined;
    this.#guard(() => {
      const session = this.#session = ticket?.open(this) ?? {};
      this.#takesBatches = session.batch !== undefined;
      return session instanceof Promise ? session.then(refuseLate) : undefined;
    });
  }

  received(batch: Batch): void {
    if (this.#state !== "open") return;
    const session = this.#session;
    if (this.#takesBatches) return this.#guard(() => session?.batch?.(batch));
    for (const message of batch) {
      // Its handler may keep bytes, and their buffer is borrowed.
      const data = typeof message === "string" ? message : message.slice();
      this.#guard(() => session?.message?.(data));
      // It may have closed the connection, or failed.
      if (this.#session !== session || !this.#isOpen) return;
    }
  }

  tooLarge(): void {
    // A flood of them is one mistake.
    if (this.#state !== "open") return;
    const maxFrameSize = this.#maxFrameSize;
    this.#log.error("websocket", `A message is larger than ${maxFrameSize} bytes`);
    this.end(1009, `A message may have ${maxFrameSize} bytes`);
  }

  failed(message: string): void {
    if (this.#state === "open") this.#log.debug("websocket", `Cannot receive: ${message}`);
  }

  lost(bytes: number): void {
    this.#log.error("websocket", `The client did not take ${bytes} bytes that were sent to it`);
  }

  closed(code: number, reason: string): void {
    if (this.#state === "opening") return this.#abandon();
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#outbox.end();
    this.#endSession(code, reason);
    this.#options.roster.delete(this);
    this.#left();
    this.#log.access("session", "DISCONNECT");
  }

  /** Ends it, whatever its handler does. */
  end(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#state === "opening") return this.#abandon();
    if (this.#state === "closing") this.#transport.close(code, reason, patience);
    else this.#finish(code, reason, patience);
    this.#endSession(code, reason);
  }

  get #isOpen(): boolean {
    return this.#state === "open";
  }

  #tooSlow(): void {
    this.#log.error("websocket", `The client reads too slowly: ${MAX_UNSENT} bytes wait for it`);
    // What waits is dropped: it would not be read either.
    this.#close(1013, "Reads too slowly", CLOSE_TIMEOUT);
  }

  #close(code: number, reason: string, patience: number): void {
    this.#log.trace("websocket", `Closing with ${code} ${reason}`.trimEnd());
    this.#state = "closing";
    this.#outbox.end();
    this.#leaveAll();
    // Its answer to the close has to be read.
    this.#transport.resume();
    this.#transport.close(code, cut(reason), patience);
  }

  #abandon(): void {
    this.#state = "closed";
    this.#options.roster.delete(this);
    this.#log.debug("websocket", "The client left before its connection was open");
    this.#guard(() => this.#ticket?.abandon());
  }

  /** Where it can be sent nothing any more, it is no member. */
  #leaveAll(): void {
    for (const room of this.#joined ?? []) this.leave(room);
  }

  #endSession(code: number, reason: string): void {
    this.#leaveAll();
    const session = this.#session;
    this.#session = undefined;
    this.#guard(() => session?.close?.(code, reason));
  }

  /** Calls the handler; one that is an async function can fail later. */
  #guard(call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((error) => this.#handlerFailed(error));
    } catch (error) {
      this.#handlerFailed(error);
    }
  }

  #handlerFailed(error: unknown): void {
    this.#log.error("session", `The handler failed: ${messageOf(error)}`);
    this.end(1011, "Internal error");
  }
}

/** An async function is no `open`, but one that returns nothing does what it is to do. */
function refuseLate(session: unknown): void {
  // The first messages would have been lost by now.
  if (session) throw new Error("open returned a promise of a session, in place of the session");
}

/** A handler of somebody's own may not have been checked for its types. */
function batchOf(data: unknown): Batch {
  if (data instanceof Batch) return data;
  if (typeof data === "string") return Batch.of(data);
  if (data instanceof Uint8Array) return Batch.of(sendable(data));
  const what = typeof data === "object" && data !== null
    ? `an object (${data.constructor?.name ?? "without a class"})`
    : String(data);
  throw new TypeError(`A message has to be a string or a Uint8Array, not ${what}`);
}

/** Bytes that an engine can send. */
function sendable(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  // The runtime sends nothing of memory that others may write to meanwhile.
  if (!(buffer instanceof ArrayBuffer)) return bytes.slice();
  if (!buffer.detached) return bytes;
  throw new TypeError("The bytes of a message were given away before it was sent");
}

const encoder = new TextEncoder();

/** The reason of a close frame has 123 bytes (RFC 6455 §5.5). */
function cut(reason: string): string {
  const bytes = new Uint8Array(123);
  const { read } = encoder.encodeInto(reason, bytes);
  return reason.slice(0, read);
}
