import type { Batch, Message } from "../base/batch.ts";
import { cutReason, isCloseCode } from "../base/close_code.ts";
import { counted } from "../base/counted.ts";
import { CLOSE_TIMEOUT, MAX_UNSENT } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { RouteMeter } from "../base/meter.ts";
import { logThrown } from "../base/log_thrown.ts";
import { nextTurn } from "../base/next_turn.ts";
import { shown } from "../base/shown.ts";
import type { Trace } from "../base/tracing/trace.ts";
import type {
  Connection,
  Parts,
  Publisher,
  PublishOptions,
  RouteInfo,
  Transport,
  TransportEvents,
} from "../contract.ts";
import { APART } from "./apart.ts";
import { batchOf } from "./batch_of.ts";
import { PartsTooLarge } from "./carry_parts.ts";
import { type ConnectionFacts, connectionFacts } from "./connection_facts.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { Curb, type Curbed, isLimited } from "./curb.ts";
import type { Closer } from "./ending_sentence.ts";
import { HostedSession, type SessionHost } from "./hosted_session.ts";
import { Outbox } from "./outbox.ts";
import { pingOn } from "./ping_on.ts";
import { readParts } from "./read_parts.ts";
import { Tally } from "./tally.ts";
import type { Ticket } from "./ticket.ts";

/**
 * A connection on a transport, which tells it of each event; it keeps what `contract.ts` promises to the
 * handler.
 */
export class LiveConnection implements Connection, TransportEvents, Curbed, Publisher, SessionHost {
  readonly id: string;
  readonly subprotocol: string;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  /** Until it is open: then its request is not needed any more, and that is memory. */
  #ticket: Ticket | undefined;
  readonly #log: Log;
  readonly #route: RouteInfo;
  readonly #meter: RouteMeter;
  readonly #user: string;
  readonly #trace: Trace | undefined;
  readonly #tally = new Tally();
  readonly #options: ConnectionOptions;
  readonly #maxFrameSize: number;
  readonly #lingerMs: number;
  readonly #left: () => void;
  readonly #session = new HostedSession(this);
  #state: "opening" | "open" | "closing" | "closed" = "opening";
  /** The client has closed: nothing can be waited for any more. */
  #isAsked = false;
  /** The close that waits for messages in parts. */
  #closeNow: (() => void) | undefined;
  /** The rooms that it has joined by itself; most connections never do. */
  #joined: Set<string> | undefined;
  /** The set of its id alone, for rooms that leave it out. */
  #onlyOwn: ReadonlySet<string> | undefined;
  /** Whether its handler has paused it. */
  #isPaused = false;
  /** How often it is held back because of what its client says in rooms. */
  #holds = 0;
  /** Whether it ends when the servers on a bus are apart. */
  readonly #endsApart: boolean;
  /** Holds it to its limits, where it has some. */
  readonly #curb: Curb | undefined;

  constructor(transport: Transport, ticket: Ticket, options: ConnectionOptions) {
    this.id = ticket.request.id;
    this.subprotocol = ticket.subprotocol;
    this.#maxFrameSize = ticket.maxFrameSize;
    this.#lingerMs = ticket.lingerMs || Infinity;
    this.#left = ticket.left;
    this.#endsApart = ticket.away === "close";
    this.#transport = transport;
    this.#ticket = ticket;
    this.#log = ticket.log;
    this.#route = ticket.route;
    this.#meter = ticket.meter;
    this.#user = ticket.request.user || ticket.request.subject;
    this.#trace = ticket.request.trace;
    this.#options = options;
    this.#outbox = new Outbox(transport, {
      slow: ticket.slow,
      log: ticket.log,
      tally: this.#tally,
      tooSlow: () => this.#tooSlow(),
    });
    if (isLimited(ticket.limits)) {
      const { limits, route: { path: route }, log, meter } = ticket;
      this.#curb = new Curb(this, { ...options, limits, route, log, meter });
    }
    options.roster.add(this);
  }

  get facts(): ConnectionFacts | undefined {
    if (this.#state === "opening" || this.#state === "closed") return undefined;
    return connectionFacts(this, {
      log: this.#log,
      transport: this.#transport,
      route: this.#route,
      user: this.#user,
      tally: this.#tally,
    });
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

  sendStream(parts: Parts): Promise<boolean> {
    const reader = readParts(parts);
    if (this.#state === "open" && !this.#isAsked) {
      return this.#outbox.carry(reader, (error) => this.#partsFailed(error));
    }
    // Nothing to a client that has gone; to whoever made the parts, it is a failure of their code.
    reader.cancel().catch((error) => {
      logThrown(this.#log, "session", "The handler failed", error);
    });
    return Promise.resolve(false);
  }

  #partsFailed(error: unknown): void {
    if (!(error instanceof PartsTooLarge)) return this.handlerFailed(error);
    this.#log.error("session", error.message);
    this.end(1009, error.message);
  }

  /** Ends a message in parts, which would hold up the end, and with it what waits behind it. */
  #breakOff(): void {
    const lost = this.#outbox.breakOff();
    if (lost > 0) this.lost(lost);
  }

  ping(data?: Message): Promise<Uint8Array | undefined> {
    const ping = pingOn(this.#transport, data);
    return this.#state === "open" ? ping() : Promise.resolve(undefined);
  }

  deliver(batch: Batch): void {
    if (this.#state === "open") this.#outbox.deliver(batch);
  }

  replay(past: readonly Batch[]): void {
    if (this.#state === "open") this.#outbox.replay(past);
  }

  missed(count: number | undefined): void {
    if (this.#state !== "open") return;
    const what = count === undefined ? "Messages" : counted(count, "message");
    if (this.#outbox.missed(count ?? 1)) return;
    this.end(1013, `${what} ${count === 1 ? "was" : "were"} missed`);
  }

  apart(): void {
    if (this.#endsApart) this.end(...APART);
  }

  close(code = 1000, reason = ""): void {
    this.#finish(code, reason, this.#lingerMs, "handler");
  }

  #finish(code: number, reason: string, patience: number, by: Closer): void {
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
    this.#close(code, reason, patience, by);
  }

  pause(): boolean {
    if (this.#state !== "open") return false;
    this.#isPaused = true;
    return this.#transport.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#readAgain();
  }

  hold(until: Promise<void>): void {
    if (this.#state !== "open") return;
    if (!this.#transport.pause()) {
      this.#log.error("websocket", "The client sends more than the other servers take");
      return this.end(1013, "Sends more than the servers take");
    }
    this.#holds++;
    until.then(() => {
      this.#holds--;
      this.#readAgain();
    });
  }

  #readAgain(): void {
    if (!this.#isPaused && this.#holds === 0 && !this.#curb?.isHeld) this.#transport.resume();
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
    return this.#options.hub.room(room).publish(batch, echo ? undefined : this.#self, this);
  }

  get #self(): ReadonlySet<string> {
    return this.#onlyOwn ??= new Set([this.id]);
  }

  /** Hands the connection to its handler, now that its transport is open. */
  opened(): void {
    if (this.#state !== "opening") return this.#transport.close(1001, "Opened too late");
    this.#state = "open";
    this.#log.access("session", "CONNECT");
    this.#tally.opened();
    this.#meter.opened();
    const ticket = this.#ticket;
    this.#ticket = undefined;
    this.#curb?.opened();
    this.#session.open(() => ticket?.open(this));
  }

  received(batch: Batch): void {
    if (this.#state !== "open") return;
    this.#tally.received(batch);
    if (this.#curb) this.#curb.take(batch);
    else this.pass(batch);
  }

  pass(batch: Batch): void {
    if (this.#state === "open") this.#session.pass(batch);
  }

  tooLarge(): void {
    // A flood of them is one mistake.
    if (this.#state !== "open") return;
    const maxFrameSize = this.#maxFrameSize;
    this.#log.error("websocket", `A message is larger than ${maxFrameSize} bytes`);
    this.end(1009, `A message may have ${maxFrameSize} bytes`);
  }

  stopReading(): boolean {
    return this.#state === "open" && this.#transport.pause();
  }

  readOn(): void {
    this.#readAgain();
  }

  get activity(): number {
    return this.#tally.activity;
  }

  failed(message: string, code?: number): void {
    if (this.#state !== "open") return;
    this.#tally.failed(message, code);
    this.#log.debug("websocket", `Cannot receive: ${message}`);
  }

  readmitted(authTime: number | undefined): void {
    this.#curb?.readmitted(authTime);
  }

  dropped(messages: number): void {
    this.#tally.dropped(messages);
  }

  lost(bytes: number): void {
    this.#log.error("websocket", `The client did not take ${bytes} bytes that were sent to it`);
  }

  closing(code: number, reason: string): void {
    // The client has said that it takes nothing more.
    this.#outbox.breakOff();
    if (this.#state !== "open") return this.#closeWithoutRest();
    // What it has sent comes before that, however fast it was.
    this.#curb?.flush();
    if (!this.isOpen) return;
    this.#isAsked = true;
    this.#session.closing(code, reason, (close) => this.close(close.code, close.reason));
  }

  get answersEnd(): boolean {
    return this.#session.answersEnd;
  }

  ended(): void {
    if (this.#state !== "open") return;
    // However fast it was, this comes behind it.
    this.#curb?.flush();
    if (this.isOpen) this.#session.end();
  }

  closed(code: number, reason: string): void {
    if (this.#state === "opening") return this.#abandon("The client left");
    if (this.#state === "closed") return;
    this.#curb?.flush();
    this.#state = "closed";
    this.#curb?.stop();
    this.#outbox.breakOff();
    this.#outbox.end();
    this.#endSession(code, reason);
    this.#options.roster.delete(this);
    this.#left();
    this.#tally.closed(code, reason, {
      log: this.#log,
      meter: this.#meter,
      trace: this.#trace,
      ended: this.#options.ended,
    });
  }

  /** Ends it, whatever its handler does. */
  end(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#state === "opening") return this.#abandon(reason);
    this.#breakOff();
    if (this.#state !== "closing") this.#finish(code, reason, patience, "server");
    else {
      // What its own close waits for is broken off: the client is told this one, and not the end of all that.
      if (this.#closeNow) this.#tally.closesAnew({ by: "server", code, reason: cutReason(reason) });
      this.#closeNow = undefined;
      this.#transport.close(code, reason, patience);
    }
    this.#endSession(code, reason);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  #tooSlow(): void {
    this.#log.error("websocket", `The client reads too slowly: ${MAX_UNSENT} bytes wait for it`);
    // What waits is dropped: it would not be read either.
    this.#breakOff();
    this.#close(1013, "Reads too slowly", CLOSE_TIMEOUT, "server");
  }

  #close(code: number, said: string, patience: number, by: Closer): void {
    this.#log.trace("websocket", `Closing with ${code} ${said}`.trimEnd());
    const reason = cutReason(said);
    this.#state = "closing";
    this.#curb?.stop();
    this.#tally.closing({ by, code, reason });
    this.#outbox.end();
    this.#leaveAll();
    // Its answer to the close has to be read.
    this.#transport.resume();
    const close = () => this.#transport.close(code, reason, patience);
    // What was sent comes before it, and that is not all there yet.
    const underWay = this.#outbox.finish(patience, () => this.#breakOff());
    if (!underWay) return close();
    this.#closeNow = close;
    underWay.then(() => this.#closeWithoutRest());
  }

  #closeWithoutRest(): void {
    const close = this.#closeNow;
    this.#closeNow = undefined;
    close?.();
  }

  #abandon(why: string): void {
    this.#state = "closed";
    this.#options.roster.delete(this);
    this.#log.debug("websocket", `${why} before the connection was open`);
    this.#session.guard(() => this.#ticket?.abandon());
  }

  /** Where it can be sent nothing any more, it is no member. */
  #leaveAll(): void {
    for (const room of this.#joined ?? []) this.leave(room);
  }

  #endSession(code: number, reason: string): void {
    this.#leaveAll();
    const session = this.#session.close(code, reason);
    if (session) this.#session.guard(() => this.#tally.left(session));
  }

  handlerFailed(error: unknown): void {
    logThrown(this.#log, "session", "The handler failed", error);
    this.end(1011, "Internal error");
  }
}
