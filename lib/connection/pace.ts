import type { Batch } from "../base/batch.ts";
import { type Rate, TokenBucket } from "../base/token_bucket.ts";

// Messages that may go on are looked for no more often than that, in ms.
const STEP = 20;

// And no less often, because a timer takes no time that is much longer.
const LONGEST = 60_000;

/** The rates that a client is held to; one of 0 a second is none. */
export interface PaceOptions {
  /** Messages of a client; default: any number. */
  readonly messageRate?: Rate | undefined;
  /** Bytes of its messages; default: any number. */
  readonly byteRate?: Rate | undefined;
}

/** The connection that a {@linkcode Pace} is of. */
export interface Paced {
  /** Passes messages on to the handler. */
  pass(batch: Batch): void;
  /** Reads nothing more of the client; answers whether that can be. */
  hold(limit: string): boolean;
  /** Reads again. */
  release(): void;
  /** The client has sent more than it may, and cannot be held back. */
  exceeded(limit: string): void;
}

/**
 * Holds a client to so many messages and bytes a second: what may not go on waits here, and the client is not read
 * until it has. So no more waits than was read at once. Where a client cannot be held back, it is ended instead.
 */
export class Pace {
  readonly #paced: Paced;
  readonly #messages: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;
  /** Milliseconds between two looks: no more than it takes to fill a bucket, which gains nothing then. */
  readonly #step: number;
  /** Most clients are never too fast. */
  #waiting: Batch[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  readonly #now: () => number;

  private constructor(
    paced: Paced,
    messages: Rate | undefined,
    bytes: Rate | undefined,
    clock: () => number = () => performance.now(),
  ) {
    const now = clock();
    this.#now = clock;
    this.#paced = paced;
    this.#messages = messages && new TokenBucket(messages, now);
    this.#bytes = bytes && new TokenBucket(bytes, now);
    const times = [messages, bytes].map((rate) =>
      rate ? 1_000 * rate.burst / rate.perSecond : STEP
    );
    this.#step = Math.min(STEP, ...times);
  }

  /**
   * The pace of a connection; undefined where nothing is said of it.
   *
   * @param now Milliseconds on a clock that never goes back.
   */
  static of(
    paced: Paced,
    { messageRate, byteRate }: PaceOptions,
    now?: () => number,
  ): Pace | undefined {
    const messages = messageRate?.perSecond ? messageRate : undefined;
    const bytes = byteRate?.perSecond ? byteRate : undefined;
    return messages || bytes ? new Pace(paced, messages, bytes, now) : undefined;
  }

  /** Whether the client is held back. */
  get isHolding(): boolean {
    return this.#timer !== undefined;
  }

  /** Takes messages, which go on as soon as they may. */
  take(batch: Batch): void {
    if (this.#isOver) return this.#paced.pass(batch);
    if (this.#timer !== undefined) return this.#wait(batch);
    const now = this.#now();
    const rest = this.#pass(batch, now);
    // Its handler may have closed the connection.
    if (this.#isOver) return;
    if (rest) this.#wait(rest);
    // Not only when there is more: that is not even read.
    const ms = this.#pause(now);
    if (ms === 0 && !rest) return;
    const limit = this.#messages?.untilOne(now) === ms ? "messagerate" : "byterate";
    if (this.#paced.hold(limit)) this.#later(ms);
    else if (rest) this.#paced.exceeded(limit);
  }

  /** Passes on all that waits: nothing more comes from the client. */
  flush(): void {
    const waiting = this.#waiting;
    this.stop();
    for (const batch of waiting ?? []) this.#paced.pass(batch);
  }

  /** Passes on nothing more of what waits, and holds nobody back any more. */
  stop(): void {
    this.#isOver = true;
    this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #wait(batch: Batch): void {
    (this.#waiting ??= []).push(batch.keep());
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => this.#goOn(), Math.min(LONGEST, Math.max(ms, this.#step)));
  }

  #goOn(): void {
    const waiting = this.#waiting;
    const now = this.#now();
    for (let batch; (batch = waiting?.[0]);) {
      const rest = this.#pass(batch, now);
      if (this.#isOver) return;
      if (rest) waiting?.splice(0, 1, rest);
      else waiting?.shift();
      if (rest) break;
    }
    const ms = this.#pause(now);
    if (ms > 0) return this.#later(ms);
    this.#rest();
    this.#paced.release();
  }

  /** Passes on as many messages as may go on now; answers the others. */
  #pass(batch: Batch, now: number): Batch | undefined {
    const messages = this.#messages?.level(now) ?? Infinity;
    let bytes = this.#bytes?.level(now) ?? Infinity;
    let count = 0;
    // One that is larger than what may come at once goes on as well, and has those behind it wait for longer.
    while (count < batch.size && count + 1 <= messages && bytes >= 1) {
      bytes -= batch.lengthAt(count++);
    }
    if (count === 0) return batch;
    const first = batch.slice(0, count);
    this.#messages?.take(count);
    this.#bytes?.take(first.byteLength);
    const rest = count < batch.size ? batch.slice(count) : undefined;
    this.#paced.pass(first);
    return rest;
  }

  /** How long the next message has to wait, in ms. */
  #pause(now: number): number {
    return Math.max(this.#messages?.untilOne(now) ?? 0, this.#bytes?.untilOne(now) ?? 0);
  }
}
