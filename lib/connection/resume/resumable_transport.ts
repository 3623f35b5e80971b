import { isPassing } from "../../base/close_code.ts";
import type { Batch } from "../../base/batch.ts";
import { counted } from "../../base/counted.ts";
import { CLOSE_TIMEOUT, HIGH_WATER_MARK } from "../../base/limits.ts";
import type { Transport, TransportEvents } from "../../contract.ts";
import type { Greeting } from "./control.ts";
import { Intake, type Taking } from "./intake.ts";
import { Link, type Linked, type OneWay } from "./link.ts";
import { Outflow } from "./outflow.ts";
import type { ResumableOptions } from "./resumable_options.ts";
import { endsSession, NOT_KNOWN } from "./terms.ts";

/** The sessions that a {@linkcode ResumableTransport} is one of. */
export interface SessionPlace {
  /** Whether nobody can come back any more, because the server is ending. */
  readonly isClosed: boolean;
  /** Notes that it waits for its client from now on; answers false where too many do. */
  waits(session: ResumableTransport): boolean;
  /** Notes that it waits no more. */
  waitsNoMore(session: ResumableTransport): void;
  /** Notes that it has ended. */
  ended(session: ResumableTransport): void;
}

const ACK_BYTES = 64 * 1024;

/**
 * A transport that survives those that carry it: where one breaks, it keeps what was sent, numbered, until its client
 * is back on another one, which gets the rest. The connection on it does not notice.
 */
export class ResumableTransport implements Transport, Linked, Taking {
  readonly id: string;
  readonly owner: string;
  /** Missing where the engine cannot do that. */
  readonly ping?: (payload: Uint8Array) => Promise<Uint8Array | undefined>;
  readonly ackBytes: number;
  readonly #options: ResumableOptions;
  readonly #place: SessionPlace;
  readonly #events: TransportEvents;
  readonly #outflow: Outflow;
  readonly #intake = new Intake(this);
  #link: Link | undefined;
  #isOpen = false;
  #isOver = false;
  /** The engine reads nothing more of the client, which has sent far more than it may. */
  #isHeldBack = false;
  /** The close that the client is told when it has got everything before it. */
  #closing: readonly [code: number, reason: string] | undefined;
  #patience = Infinity;
  /** Whether the client was sent that, and nothing that waited for it is known to be missing. */
  #isTold = false;
  /** Until when it waits for its client, on the clock of `performance.now()`, and the timer of that. */
  #until = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: string | undefined;

  /**
   * Begins a session.
   *
   * @param id Unguessable.
   * @param make Makes the connection of this transport, which takes its events.
   */
  constructor(
    id: string,
    options: ResumableOptions,
    { place, pings, make }: {
      readonly place: SessionPlace;
      readonly pings: boolean;
      make(transport: Transport): TransportEvents;
    },
  ) {
    this.id = id;
    this.owner = options.owner;
    this.ackBytes = Math.min(ACK_BYTES, options.bytes / 4);
    this.#options = options;
    this.#place = place;
    this.#outflow = new Outflow(options.bytes);
    if (pings) this.ping = (payload) => this.#ping(payload);
    this.#events = make(this);
  }

  /**
   * Puts it on another transport, as soon as that is open; the one before is closed then.
   *
   * @param oneWay Where nothing comes back on that.
   * @returns Takes the events of that transport.
   */
  attach(transport: Transport, oneWay?: OneWay): TransportEvents {
    return new Link(transport, this, oneWay);
  }

  /** Notes that the client was let in once more: for how many ms, where that will be over. */
  readmitted(authTime: number | undefined): void {
    this.#events.readmitted?.(authTime);
  }

  /** Whether the client is away, and what is sent is kept for it. */
  get isAway(): boolean {
    return !this.#link?.isReady;
  }

  get compresses(): boolean {
    return this.#link?.transport.compresses ?? false;
  }

  get isPlain(): boolean {
    return this.#link?.transport.isPlain ?? false;
  }

  get unsent(): number | undefined {
    return this.#link?.transport.unsent;
  }

  get bufferedAmount(): number {
    return this.#outflow.bufferedAmount;
  }

  drained(amount?: number): Promise<void> {
    return this.#outflow.drained(amount);
  }

  send(batch: Batch): void {
    this.#outflow.send(batch);
  }

  /** Drops the oldest of what it keeps beyond what it may, because it was made for many; answers how many messages. */
  shed(): number {
    return this.#outflow.shed();
  }

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#isOver) return;
    this.#closing ??= [code, reason];
    this.#patience = Math.min(this.#patience, patience);
    this.#outflow.end();
    const link = this.#ready;
    if (link) link.transport.close(...this.#closing, patience);
    else this.#wait(this.#until - performance.now());
  }

  pause(): boolean {
    // The transport is read on: acknowledgements come between what waits.
    this.#intake.pause();
    return true;
  }

  resume(): void {
    this.#intake.resume();
    if (!this.#isHeldBack || this.#intake.held > 0) return;
    this.#isHeldBack = false;
    this.#link?.transport.resume();
  }

  #ping(payload: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#ready?.transport.ping?.(payload) ?? Promise.resolve(undefined);
  }

  get #ready(): Link | undefined {
    return this.#link?.isReady ? this.#link : undefined;
  }

  linked(link: Link): void {
    if (this.#isOver || (this.#isOpen && this.#place.isClosed)) {
      link.leave();
      return link.transport.close(...NOT_KNOWN);
    }
    const before = this.#link;
    if (before) {
      this.#away(before, true);
      before.replace();
    }
    this.#link = link;
    if (this.#isOpen) return link.expectGreeting();
    this.#isOpen = true;
    link.greet(this.#greeting(0, 0));
    this.#outflow.through(link);
    this.#events.opened();
  }

  greeted(link: Link, received: number): void {
    if (received > this.#outflow.sent) return this.refused(link, "More was received than was sent");
    clearTimeout(this.#timer);
    this.#isTold = false;
    this.#place.waitsNoMore(this);
    this.#outflow.forget(received);
    // It is told that they were not taken.
    this.#intake.forget();
    this.#isHeldBack = false;
    const sent = this.#outflow.forgotten;
    link.greet(this.#greeting(sent, sent - received));
    this.#intake.told();
    this.#outflow.through(link);
    this.#events.away?.(false);
    const lost = sent > received ? `, and has lost ${counted(sent - received, "message")}` : "";
    this.#options.log.access("session", `CONTINUE: the client is back${lost}`);
    if (this.#closing) link.transport.close(...this.#closing, this.#patience);
  }

  #greeting(sent: number, lost: number): Greeting {
    const { ms, bytes, subprotocol } = this.#options;
    return {
      session: this.id,
      for: ms,
      bytes,
      received: this.#intake.taken,
      sent,
      ...(lost > 0 ? { lost } : {}),
      subprotocol,
    };
  }

  received(batch: Batch): void {
    // Without these: behind one message, of whatever size, a client may wait for the handler, and acknowledge.
    const { held } = this.#intake;
    this.#intake.add(batch);
    if (this.#isHeldBack || held <= Math.max(HIGH_WATER_MARK, this.#options.bytes)) return;
    this.#isHeldBack = this.#link?.transport.pause() ?? false;
    if (!this.#isHeldBack) this.end(1013, "More was sent than may wait");
  }

  pass(batch: Batch): void {
    this.#events.received(batch);
  }

  acknowledge(count: number): boolean {
    const link = this.#ready;
    // The next greeting says it.
    if (!link) return true;
    // They must not pile up for a client that reads nothing.
    if (link.transport.bufferedAmount > HIGH_WATER_MARK) return false;
    link.tell({ ack: count });
    return true;
  }

  acknowledged(count: number): void {
    this.#outflow.acknowledged(count);
  }

  refused(link: Link, message: string): void {
    // Nothing can go on from what it has said: it gets nothing but the close.
    link.isReady = true;
    this.#closing = [1002, message];
    this.#outflow.end();
    this.#events.failed(message, 1002);
    this.#events.end(1002, message);
  }

  closing(link: Link, code: number, reason: string): Promise<void> | void {
    if (link !== this.#link) return;
    this.#intake.flush();
    return this.#events.closing(code, reason);
  }

  broke(link: Link): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    this.#away(link, false);
  }

  closed(link: Link, code: number, reason: string): void {
    if (!this.#isOpen) return this.#end(code, reason);
    if (link !== this.#link) return;
    // Nobody answers on it: a client that has not got all of it comes back by itself.
    if (this.#closing && !link.acknowledges && !isPassing(code)) return this.#linger(link);
    const isAnswer = this.#closing !== undefined && code !== 1006;
    if (!isAnswer && !endsSession(code)) return this.broke(link);
    this.#intake.flush();
    this.#end(code, reason);
  }

  /** The client has got all, and the end of it as well. */
  gotAll(): void {
    if (this.#closing) this.#end(...this.#closing);
  }

  #linger(link: Link): void {
    this.#link = undefined;
    link.isReady = false;
    this.#outflow.keep();
    this.#isTold = true;
    if (!this.#place.waits(this)) return this.#expire();
    this.#until = performance.now() + CLOSE_TIMEOUT;
    this.#wait(CLOSE_TIMEOUT);
  }

  failed(message: string, code?: number): void {
    // Of a transport that breaks nothing is to be said where another one takes its place.
    if (code === undefined) this.#failure = message;
    else this.#events.failed(message, code);
  }

  tooLarge(): void {
    this.#events.tooLarge();
  }

  end(code: number, reason: string): void {
    this.#events.end(code, reason);
  }

  /** Begins to wait for the client, whose transport is of no use any more, or has been replaced. */
  #away(link: Link, isReplaced: boolean): void {
    // It had not come back yet.
    if (!link.isReady || this.#isOver) return;
    link.isReady = false;
    this.#outflow.keep();
    this.#events.away?.(true);
    const { ms, log } = this.#options;
    this.#until = performance.now() + ms;
    const mayWait = this.#place.waits(this) || isReplaced;
    if (!mayWait) {
      log.error("session", "The session cannot wait for its client: too many do already");
      return this.#expire();
    }
    if (!isReplaced) log.access("session", `AWAY: the session waits for its client, ${ms} ms`);
    this.#wait(ms);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#place.isClosed) return this.#expire();
    this.#timer = setTimeout(() => this.#expire(), Math.min(ms, this.#patience));
  }

  /** Nobody has come back. */
  #expire(): void {
    this.#intake.flush();
    if (this.#isTold && this.#closing) return this.#end(...this.#closing);
    if (this.#failure !== undefined) this.#events.failed(this.#failure);
    const lost = this.#outflow.unacknowledged;
    if (lost > 0) this.#events.lost(lost);
    this.#end(1006, "");
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = undefined;
    // One that was about to come back.
    if (link?.leave()) link.transport.close(...NOT_KNOWN);
    this.#intake.stop();
    this.#place.ended(this);
    this.#outflow.end();
    this.#events.closed(code, reason);
  }
}
