import type { Batch } from "../../../base/batch.ts";
import { CLOSE_TIMEOUT, HIGH_WATER_MARK } from "../../../base/limits.ts";
import { nextTurn } from "../../../base/next_turn.ts";
import { Waiters } from "../../../base/waiters.ts";
import type { PartAt, Transport, TransportEvents } from "../../../contract.ts";
import { Gathering } from "./gathering.ts";
import { type Abilities, type BackEnd, costOf, largestIn, MOST_AT_ONCE } from "./relay_end.ts";
import { RelayFarewell } from "./relay_farewell.ts";
import { RelayIntake } from "./relay_intake.ts";
import { RelayOutput } from "./relay_output.ts";
import { RelayPings } from "./relay_pings.ts";
import type { ServedLeg } from "./served_leg.ts";

/** Options of {@linkcode RelayTransport}. */
export interface RelayTransportOptions {
  /**
   * Whether each message is asked for before it is passed on, so that the other server knows which ones this one may
   * have used, and gives all others to somebody else where this one dies.
   */
  readonly asks: boolean;
  /** Bytes of a message of the client; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Told when the client's transport is open: its server has heard the terms. */
  opened?(): void;
  /**
   * Told when the way to the other server breaks after that.
   *
   * @param passed How many messages were passed on, more than that server may know of.
   */
  broke?(passed: number): void;
}

/**
 * The transport of a client that is at another server: whatever it does and is told crosses to its real one there.
 *
 * Backpressure, both ways by bytes that the other end has not taken yet. What is sent counts as `bufferedAmount` until
 * the client's transport has it out; beyond a window it waits here. What the client sends waits here while it is
 * paused, and beyond the window there.
 */
export class RelayTransport implements Transport, BackEnd {
  /** There from `opened` on, where the client's transport can do that. */
  ping?: (payload: Uint8Array) => Promise<Uint8Array | undefined>;
  sendPart?: (part: Batch, at: PartAt) => void;
  readonly #leg: ServedLeg;
  readonly #told: Pick<RelayTransportOptions, "opened" | "broke">;
  #events: TransportEvents | undefined;
  #compresses = false;
  #isPlain = false;
  #isAway = false;
  readonly #output: RelayOutput;
  readonly #waiters = new Waiters(() => this.#isClosing || this.#isOver ? 0 : this.bufferedAmount);
  readonly #intake: RelayIntake;
  readonly #gathering: Gathering;
  #isOpened = false;
  #isClosing = false;
  #farewell: RelayFarewell | undefined;
  /** The client has closed. */
  #isAsked = false;
  /** Set when the client is about to be served elsewhere. */
  #isLeaving = false;
  #isOver = false;
  /** Made only where somebody asks for its signal. */
  #left: AbortController | undefined;
  readonly #pings: RelayPings;

  constructor(leg: ServedLeg, { asks, maxFrameSize, ...told }: RelayTransportOptions) {
    this.#leg = leg;
    this.#told = told;
    this.#gathering = new Gathering(maxFrameSize);
    this.#output = new RelayOutput(leg);
    this.#pings = new RelayPings(leg);
    this.#intake = new RelayIntake(asks, {
      pass: (batch) => this.#events?.received(batch),
      take: (asked, done) => this.#isOver || leg.take(asked, done),
    });
    leg.listen(this);
  }

  /** Whether nobody wants it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborts when nobody wants it any more; asked for only where there is something to wait for. */
  get left(): AbortSignal {
    this.#left ??= new AbortController();
    if (this.#isOver) this.#left.abort();
    return this.#left.signal;
  }

  /** Tells of everything from now on; `opened` comes when the client's transport is open. */
  listen(events: TransportEvents): void {
    this.#events = events;
  }

  get compresses(): boolean {
    return this.#compresses;
  }

  get isPlain(): boolean {
    return this.#isPlain;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get bufferedAmount(): number {
    return this.#output.bytes;
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    if (this.#isClosing || this.#isOver) return nextTurn();
    return this.#waiters.wait(amount);
  }

  send(batch: Batch): void {
    if (this.#isClosing || this.#isOver || batch.size === 0) return;
    if (largestIn(batch) <= MOST_AT_ONCE) return this.#output.send(batch);
    for (let index = 0; index < batch.size; index++) {
      const message = batch.slice(index, index + 1);
      if (message.length > MOST_AT_ONCE) this.#output.sendLarge(message);
      else this.#output.send(message);
    }
  }

  #sendPart(part: Batch, at: PartAt): void {
    if (this.#isClosing || this.#isOver) return;
    this.#output.sendPart(part, at);
  }

  goOn(): void {
    this.#output.goOn();
    this.#farewell?.goOn();
  }

  credit(bytes: number): void {
    this.#output.credit(bytes);
    this.#farewell?.goOn();
    this.#waiters.wake();
  }

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#sendLast(() => this.#leg.close(code, reason, patience), patience);
  }

  /** Sends what waits, nothing behind it, and then its end. */
  #sendLast(end: () => void, patience: number): void {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#intake.dropMessages();
      this.#waiters.wake();
      this.#pings.end();
    }
    this.#farewell ??= new RelayFarewell(this.#output, (bytes) => this.#events?.lost(bytes));
    this.#farewell.say(end, patience);
  }

  pause(): boolean {
    this.#intake.pause();
    return true;
  }

  resume(): void {
    // A connection that ends reads on; what it was given before has not come to its end for that.
    if (!this.#isLeaving) this.#intake.resume();
  }

  /**
   * Ends it here, and has its client served elsewhere: that does not notice, and gets what was sent to it before. Of
   * those who are far behind, not all can at once: beyond what servers take, all their clients would pay for it.
   */
  leave(why: string): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#events?.end(1012, why);
    this.#output.flush();
    this.#tellLost();
    // Where it is closed already, that is what its client hears.
    this.#farewell?.goOn();
    this.#leg.gone(why);
    this.#end(1012, why);
  }

  opened({ pings, compresses, parts, isPlain }: Abilities): void {
    this.#isOpened = true;
    this.#told.opened?.();
    this.#compresses = compresses;
    this.#isPlain = isPlain;
    if (pings) this.ping = (payload) => this.#ping(payload);
    if (parts) this.sendPart = (part, at) => this.#sendPart(part, at);
    this.#events?.opened();
    if (isPlain) this.#tellAnswersEnd();
  }

  async #tellAnswersEnd(): Promise<void> {
    const isSo = await this.#events?.answersEnd ?? false;
    if (!this.#isOver) this.#leg.answersEnd(isSo);
  }

  input(batch: Batch): void {
    if (this.#isClosing || this.#isOver) return;
    // The other server holds its client back long before.
    if (!this.#intake.add(batch)) this.#events?.end(1013, "More was sent than may wait");
  }

  inputPiece(piece: Batch, isLast: boolean): void {
    // Also where nobody wants it: what is behind it there comes when all of it has crossed.
    this.#leg.gathered(costOf(piece));
    if (this.#isClosing || this.#isOver) return this.#gathering.drop();
    const message = this.#gathering.add(piece, isLast);
    if (message === "tooLarge") this.tooLarge();
    else if (message) this.input(message);
  }

  granted(upTo: number): void {
    this.#intake.granted(upTo);
  }

  closing(code: number, reason: string): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#happened(() => {
      const answer = this.#events?.closing(code, reason);
      if (answer) answer.then(() => this.#agree());
      else this.#agree();
    });
  }

  /** Has the client's close answered with its own code, where nobody has given another one. */
  #agree(): void {
    if (this.#isClosing || this.#isOver || this.#isLeaving) return;
    this.#sendLast(() => this.#leg.agree(), CLOSE_TIMEOUT);
  }

  ended(): void {
    this.#happened(() => this.#events?.ended?.());
  }

  closed(code: number, reason: string): void {
    this.#happened(() => {
      this.#leg.over();
      this.#end(code, reason);
    });
  }

  readmitted(authTime: number | undefined): void {
    this.#events?.readmitted?.(authTime);
  }

  away(isAway: boolean): void {
    this.#isAway = isAway;
  }

  dropped(messages: number): void {
    this.#events?.dropped?.(messages);
  }

  tooLarge(): void {
    this.#happened(() => this.#events?.tooLarge());
  }

  end(code: number, reason: string): void {
    this.#happened(() => this.#events?.end(code, reason));
  }

  failed(message: string, code?: number): void {
    this.#happened(() => this.#events?.failed(message, code));
  }

  lost(bytes: number): void {
    this.#events?.lost(bytes);
  }

  broke(): void {
    if (this.#isOver) return;
    this.#leg.forget();
    if (this.#isOpened) this.#told.broke?.(this.#intake.passed);
    this.#end(1006, "");
  }

  /** Something that comes behind all messages before it. */
  #happened(event: () => void): void {
    if (this.#isOver || this.#intake.happened(event)) return;
    // No client does that.
    this.#leg.gone("More happened than can be");
    this.#end(1006, "");
  }

  #ping(payload: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isClosing || this.#isOver) return Promise.resolve(undefined);
    return this.#pings.send(payload);
  }

  pong(id: number, payload: Uint8Array | undefined): void {
    this.#pings.came(id, payload);
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#left?.abort();
    this.#intake.stop();
    this.#farewell?.[Symbol.dispose]();
    this.#waiters.wake();
    this.#pings.end();
    this.#tellLost();
    this.#events?.closed(code, reason);
  }

  #tellLost(): void {
    const lost = this.#output.drop();
    if (lost > 0) this.#events?.lost(lost);
  }
}
