import { isCloseCode } from "../base/close_code.ts";
import type { Connection, PublishOptions } from "../base/connection.ts";
import { messageOf } from "../base/errors.ts";
import { HIGH_WATER_MARK, OPEN_TIMEOUT } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Session } from "../handlers/handler.ts";
import { Recipient } from "../handlers/recipient.ts";
import type { Rooms } from "../handlers/rooms.ts";
import { Backlog, type Unsent } from "./backlog.ts";
import type { Ticket } from "./dispatch.ts";
import type { Member, Roster } from "./roster.ts";
import type { Usage } from "./usage.ts";

/**
 * What an engine's socket can do. After `close`, the engine MUST tell the connection that it is closed,
 * after a bounded time also without the client's answer.
 */
export interface RawSocket extends Unsent {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
}

/** What a {@linkcode LiveConnection} needs to know. */
export interface ConnectionOptions {
  readonly roster: Roster;
  readonly rooms: Rooms<Recipient>;
}

/**
 * A connection on a real socket. The engine tells it of each event of the socket; it keeps what
 * `handler.ts` promises to the handler.
 */
export class LiveConnection implements Connection, Member {
  readonly id: string;
  readonly subprotocol: string;
  readonly #socket: RawSocket;
  /** Until it is open: then its request is not needed any more, and that is memory. */
  #ticket: Ticket | undefined;
  readonly #log: Log;
  readonly #options: ConnectionOptions;
  readonly #maxFrameSize: number;
  readonly #usage: Usage;
  #session: Session | undefined;
  #state: "opening" | "open" | "closing" | "closed" = "opening";
  readonly #openTimer: ReturnType<typeof setTimeout>;
  readonly #backlog: Backlog;
  /** The rooms that it is in; most connections never enter one. */
  #joined: Set<string> | undefined;
  #recipient: Recipient | undefined;

  constructor(socket: RawSocket, ticket: Ticket, options: ConnectionOptions) {
    this.id = ticket.request.id;
    this.subprotocol = ticket.subprotocol;
    this.#maxFrameSize = ticket.maxFrameSize;
    this.#usage = ticket.usage;
    this.#socket = socket;
    this.#backlog = new Backlog(socket);
    this.#ticket = ticket;
    this.#log = ticket.log;
    this.#options = options;
    options.roster.add(this);
    // A client that went before it was answered causes no event at all.
    this.#openTimer = setTimeout(() => this.#abandon(), OPEN_TIMEOUT);
  }

  get bufferedAmount(): number {
    return this.#backlog.amount;
  }

  send(data: string | Uint8Array): void {
    if (this.#state !== "open") return;
    checkMessage(data);
    this.#backlog.add(data.length);
    this.#socket.send(data as string | Uint8Array<ArrayBuffer>);
  }

  close(code = 1000, reason = ""): void {
    if (this.#state !== "open") return;
    if (!isCloseCode(code)) {
      this.#log.error("session", `The handler failed: ${code} is no close code`);
      code = 1011;
      reason = "Internal error";
    }
    this.#log.trace("websocket", `Closing with ${code} ${reason}`.trimEnd());
    this.#state = "closing";
    this.#backlog.release();
    this.#leaveAll();
    this.#socket.close(code, cut(reason));
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    return this.#state === "open" ? this.#backlog.drained(amount) : Promise.resolve();
  }

  join(room: string): void {
    if (this.#state !== "open") return;
    this.#recipient ??= new Recipient(this, "close", this.#log);
    this.#options.rooms.join(room, this.#recipient);
    (this.#joined ??= new Set()).add(room);
  }

  leave(room: string): void {
    if (this.#joined?.delete(room)) this.#options.rooms.leave(room, this.id);
  }

  publish(room: string, data: string | Uint8Array, options?: PublishOptions): number {
    // Here, so that it is the publisher's mistake, and not that of each member.
    checkMessage(data);
    return this.#options.rooms.publish(room, data, this.id, options);
  }

  /** The socket is open: hands the connection to its handler. */
  opened(): void {
    if (this.#state !== "opening") return this.#socket.close(1001, "Opened too late");
    clearTimeout(this.#openTimer);
    this.#state = "open";
    this.#log.access("session", "CONNECT");
    const ticket = this.#ticket;
    this.#ticket = undefined;
    this.#guard(() => {
      const session = this.#session = ticket?.open(this) ?? {};
      return session instanceof Promise ? session.then(refuseLate) : undefined;
    });
  }

  /** A message came. */
  received(data: string | Uint8Array): void {
    if (this.#state !== "open") return;
    const maxFrameSize = this.#maxFrameSize;
    if (maxFrameSize > 0 && isLarger(data, maxFrameSize)) return this.tooLarge();
    this.#guard(() => this.#session?.message?.(data));
  }

  /** A message came, or was about to, that is larger than it may be. */
  tooLarge(): void {
    const maxFrameSize = this.#maxFrameSize;
    this.#log.error("websocket", `A message is larger than ${maxFrameSize} bytes`);
    this.end(1009, `A message may have ${maxFrameSize} bytes`);
  }

  /** The socket broke; a close event follows. */
  failed(message: string): void {
    if (this.#state === "open") this.#log.debug("websocket", `Cannot receive: ${message}`);
  }

  /** The socket is closed. Engines may tell that twice. */
  closed(code: number, reason: string): void {
    if (this.#state === "opening") return this.#abandon();
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#backlog.release();
    this.#endSession(code, reason);
    this.#options.roster.delete(this);
    this.#usage.leave();
    this.#log.access("session", "DISCONNECT");
  }

  end(code: number, reason: string): void {
    if (this.#state === "opening") return this.#abandon();
    this.close(code, reason);
    this.#endSession(code, reason);
  }

  #abandon(): void {
    this.#state = "closed";
    clearTimeout(this.#openTimer);
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

const encoder = new TextEncoder();

function isLarger(data: string | Uint8Array, limit: number): boolean {
  if (data.length > limit) return true;
  // Three bytes of UTF-8 at most for each unit of UTF-16: mostly there is no need to count.
  return typeof data === "string" && 3 * data.length > limit && encoder.encode(data).length > limit;
}

/** A handler of somebody's own may not have been checked for its types. */
function checkMessage(data: unknown): void {
  if (typeof data === "string" || data instanceof Uint8Array) return;
  const shown = typeof data === "object" && data !== null
    ? `an object (${data.constructor?.name ?? "without a class"})`
    : String(data);
  throw new TypeError(`A message has to be a string or a Uint8Array, not ${shown}`);
}

/** The reason of a close frame has 123 bytes (RFC 6455 §5.5). */
function cut(reason: string): string {
  const bytes = new Uint8Array(123);
  const { read } = encoder.encodeInto(reason, bytes);
  return reason.slice(0, read);
}
