import type { Batch } from "../../../base/batch.ts";
import { BatchQueue } from "../../../base/batch_queue.ts";
import { CLOSE_TIMEOUT, HIGH_WATER_MARK, MAX_QUEUE } from "../../../base/limits.ts";
import { nextTurn } from "../../../base/next_turn.ts";
import type { Transport, TransportEvents } from "../../../contract.ts";
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

// Bytes that are asked for at once: about what a pipe holds.
const ASKED = 64 * 1024;

// Messages after which the other server is told that nobody has to keep them, where none are asked for.
const DONE_MESSAGES = 64;
const DONE_BYTES = 64 * 1024;

// Bytes of the client's messages that may wait here, whatever the other server says.
const MOST_INPUT = MAX_QUEUE + MOST_RELAYED;

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
  readonly #asks: boolean;
  #events: TransportEvents | undefined;
  #compresses = false;
  /** Bytes that were sent and are not taken, and messages that wait until some are. */
  #underWay = 0;
  readonly #waiting = new BatchQueue();
  #draining: { readonly amount: number; readonly resolve: () => void }[] = [];
  /** Messages of the client, and what happened between them. */
  #input: (Batch | (() => void))[] = [];
  #inputBytes = 0;
  /** How many of them were asked for, are granted, were passed on, and are nobody's concern any more. */
  #asked = 0;
  #granted = 0;
  #passed = 0;
  #done = 0;
  #doneBytes = 0;
  #isPaused = false;
  /** Things that happened and that nothing is to hold up. */
  #urgent = 0;
  #isTaking = false;
  #isClosing = false;
  /** It is about to be served elsewhere. */
  #isLeaving = false;
  #isOver = false;
  readonly #pings = new Map<number, (payload: Uint8Array | undefined) => void>();
  #lastPing = 0;

  constructor(leg: ServedLeg, { asks }: RelayTransportOptions) {
    this.#leg = leg;
    this.#asks = asks;
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
    if (this.bufferedAmount <= amount) return Promise.resolve();
    return new Promise((resolve) => this.#draining.push({ amount, resolve }));
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
    this.#release();
  }

  #release(): void {
    if (this.#draining.length === 0) return;
    const amount = this.#isClosing || this.#isOver ? -1 : this.bufferedAmount;
    const draining = this.#draining;
    this.#draining = draining.filter((one) => one.amount < amount);
    for (const one of draining) if (one.amount >= amount) one.resolve();
  }

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#isOver || this.#isLeaving) return;
    if (!this.#isClosing) {
      this.#isClosing = true;
      // Over there it is known how fast the client takes it.
      this.#sendAll();
      this.#input = this.#input.filter((entry) => typeof entry === "function");
      this.#release();
      this.#endPings();
    }
    this.#leg.close(code, reason, patience);
    this.#take();
  }

  pause(): boolean {
    this.#isPaused = true;
    return true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#take();
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
    this.#take();
  }

  input(batch: Batch): void {
    if (this.#isClosing || this.#isOver) return;
    this.#inputBytes += batch.length;
    // The other server holds its client back long before.
    if (this.#inputBytes > MOST_INPUT) {
      return this.#events?.end(1013, "More was sent than may wait");
    }
    this.#input.push(batch);
    this.#take();
  }

  granted(upTo: number): void {
    this.#granted = Math.max(this.#granted, Math.min(upTo, this.#asked));
    this.#take();
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
    if (this.#isOver) return;
    this.#input.push(event);
    this.#urgent++;
    this.#take();
  }

  /** Passes on what may be, and asks for more. */
  #take(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    for (let entry; (entry = this.#input[0]) !== undefined && !this.#isOver;) {
      if (typeof entry === "function") {
        this.#input.shift();
        this.#urgent--;
        entry();
      } else {
        if (!this.#mayPass(entry)) break;
        this.#input.shift();
        this.#passed += entry.size;
        this.#inputBytes -= entry.length;
        this.#doneBytes += entry.length;
        this.#events?.received(entry);
      }
    }
    this.#isTaking = false;
    if (!this.#isOver) this.#tell();
  }

  #mayPass({ size }: Batch): boolean {
    if (this.#asks) return this.#passed + size <= this.#granted;
    return !this.#isPaused || this.#urgent > 0;
  }

  /** Tells the other server what is done, and what it shall grant. */
  #tell(): void {
    const isFree = !this.#isPaused || this.#urgent > 0;
    const done = this.#isPaused ? this.#done : this.#passed;
    let asked = this.#asked;
    if (this.#asks && isFree && this.#passed === asked) {
      let bytes = 0;
      for (const entry of this.#input) {
        if (typeof entry === "function") continue;
        asked += entry.size;
        if ((bytes += entry.length) >= ASKED) break;
      }
    }
    const isMuch = this.#asks || done - this.#done >= DONE_MESSAGES ||
      this.#doneBytes >= DONE_BYTES;
    if (asked === this.#asked && (done === this.#done || !isMuch)) return;
    this.#asked = asked;
    this.#done = done;
    this.#doneBytes = 0;
    this.#leg.take(asked, done);
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
    this.#input = [];
    this.#release();
    this.#endPings();
    const lost = this.#waiting.bytes;
    if (lost > 0) this.#events?.lost(lost);
    this.#events?.closed(code, reason);
  }
}
