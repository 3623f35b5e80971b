import type { Batch } from "../../../base/batch.ts";
import { BatchQueue } from "../../../base/batch_queue.ts";
import { CLOSE_TIMEOUT, HIGH_WATER_MARK } from "../../../base/limits.ts";
import { nextTurn } from "../../../base/next_turn.ts";
import { Waiters } from "../../../base/waiters.ts";
import type { Transport, TransportEvents } from "../../../contract.ts";
import { RelayIntake } from "./relay_intake.ts";
import type { ServedLeg } from "./served_leg.ts";
import { type Abilities, type BackEnd, costOf, MOST_RELAYED, RELAY_WINDOW } from "./relay_end.ts";

/** Options of {@linkcode RelayTransport}. */
export interface RelayTransportOptions {
  /**
   * Whether each message is asked for before it is passed on, so that the other server knows which ones this one may
   * have used, and gives all others to somebody else where this one dies.
   */
  readonly asks: boolean;
}

/**
 * The transport of a client that is at another server: whatever it does and is told crosses to its real one there.
 *
 * Backpressure, both ways by bytes that the other end has not taken yet. What is sent counts as `bufferedAmount` until
 * the client's transport has it out; beyond a window it waits here. What the client sends waits here while it is
 * paused, and beyond the window there.
 */
export class RelayTransport implements Transport, BackEnd {
  ping?: (payload: Uint8Array) => Promise<Uint8Array | undefined>;
  readonly #leg: ServedLeg;
  #events: TransportEvents | undefined;
  #compresses = false;
  /** Bytes that were sent and are not taken, and messages that wait until some are. */
  #underWay = 0;
  readonly #waiting = new BatchQueue();
  readonly #waiters = new Waiters(() => this.#isClosing || this.#isOver ? 0 : this.bufferedAmount);
  readonly #intake: RelayIntake;
  #isClosing = false;
  /** Set when the client is about to be served elsewhere. */
  #isLeaving = false;
  #isOver = false;
  readonly #pings = new Map<number, (payload: Uint8Array | undefined) => void>();
  #lastPing = 0;

  constructor(leg: ServedLeg, { asks }: RelayTransportOptions) {
    this.#leg = leg;
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

  /** Tells of everything from now on; `opened` comes when the client's transport is open. */
  listen(events: TransportEvents): void {
    this.#events = events;
  }

  get compresses(): boolean {
    return this.#compresses;
  }

  get bufferedAmount(): number {
    return this.#underWay + this.#waiting.bytes;
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    if (this.#isClosing || this.#isOver) return nextTurn();
    return this.#waiters.wait(amount);
  }

  send(batch: Batch): void {
    if (this.#isClosing || this.#isOver || batch.size === 0) return;
    if (batch.length > MOST_RELAYED && batch.size === 1) {
      const reason = `A message of ${batch.length} bytes cannot be sent to another server`;
      this.#events?.failed(reason);
      return this.#events?.end(1009, reason);
    }
    if (this.#mayGo) this.#send(batch);
    else this.#waiting.push(batch);
  }

  get #mayGo(): boolean {
    return this.#waiting.size === 0 && this.#underWay < RELAY_WINDOW && !this.#leg.isFull;
  }

  #send(batch: Batch): void {
    this.#underWay += costOf(batch);
    this.#leg.send(batch);
  }

  goOn(): void {
    while (this.#waiting.size > 0 && this.#underWay < RELAY_WINDOW && !this.#leg.isFull) {
      this.#send(this.#waiting.shift() as Batch);
    }
  }

  credit(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.goOn();
    this.#waiters.wake();
  }

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#isOver || this.#isLeaving) return;
    if (!this.#isClosing) {
      this.#isClosing = true;
      // Over there it is known how fast the client takes it.
      this.#sendAll();
      this.#intake.dropMessages();
      this.#waiters.wake();
      this.#endPings();
    }
    this.#leg.close(code, reason, patience);
  }

  pause(): boolean {
    this.#intake.pause();
    return true;
  }

  resume(): void {
    // A connection that ends reads on; what it was given before has not come to its end for that.
    if (!this.#isLeaving) this.#intake.resume();
  }

  /** Ends it here, and has its client served elsewhere: that does not notice, and gets what was sent to it before. */
  leave(why: string): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#events?.end(1012, why);
    this.#sendAll();
    this.#leg.gone(why);
    this.#end(1012, why);
  }

  #sendAll(): void {
    while (this.#waiting.size > 0) this.#send(this.#waiting.shift() as Batch);
  }

  opened({ pings, compresses }: Abilities): void {
    this.#compresses = compresses;
    if (pings) this.ping = (payload) => this.#ping(payload);
    this.#events?.opened();
  }

  input(batch: Batch): void {
    if (this.#isClosing || this.#isOver) return;
    // The other server holds its client back long before.
    if (!this.#intake.add(batch)) this.#events?.end(1013, "More was sent than may wait");
  }

  granted(upTo: number): void {
    this.#intake.granted(upTo);
  }

  closing(code: number, reason: string): void {
    this.#happened(() => this.#events?.closing(code, reason));
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
    this.#end(1006, "");
  }

  /** Something that comes behind all messages before it. */
  #happened(event: () => void): void {
    if (!this.#isOver) this.#intake.happened(event);
  }

  #ping(payload: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isClosing || this.#isOver) return Promise.resolve(undefined);
    const id = ++this.#lastPing;
    const pong = new Promise<Uint8Array | undefined>((resolve) => this.#pings.set(id, resolve));
    this.#leg.ping(id, payload);
    return pong;
  }

  pong(id: number, payload: Uint8Array | undefined): void {
    this.#pings.get(id)?.(payload?.slice());
    this.#pings.delete(id);
  }

  #endPings(): void {
    for (const resolve of this.#pings.values()) resolve(undefined);
    this.#pings.clear();
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#intake.stop();
    this.#waiters.wake();
    this.#endPings();
    const lost = this.#waiting.bytes;
    if (lost > 0) this.#events?.lost(lost);
    this.#events?.closed(code, reason);
  }
}
