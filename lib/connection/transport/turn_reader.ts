import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { shareTurn } from "../../base/share_turn.ts";

/** Takes what a {@linkcode TurnReader} reads. */
export interface TurnTaker {
  /** Bytes came; answers how many of them were read: the rest comes again. */
  read(chunk: Uint8Array): number;
  /** Nothing more comes, and all was read. */
  ended(): void;
}

// How long what one peer has sent may be read in one go, in ms.
const STEP = 2;

// How long it rests before it looks at the clock again, in ms.
const LONGEST = 60_000;

const NOTHING = new Uint8Array(0);

/** Reads a stream in turns with all others, and not at all while it is paused. */
export class TurnReader {
  readonly #stream: Duplex;
  readonly #taker: TurnTaker;
  #paused = false;
  #stopped = false;
  /** Bytes that have come and were not read, because it is paused or others have their turn. */
  #unread: Uint8Array = NOTHING;
  /** When it began to read. */
  #since = 0;
  /** Whether it is about to go on reading. */
  #goesOn = false;
  /** The peer sends no more; of what it has sent, some may be unread. */
  #isAtEnd = false;
  /** Until when nothing is read. */
  #rest = -Infinity;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(stream: Duplex, taker: TurnTaker) {
    this.#stream = stream;
    this.#taker = taker;
  }

  /** Takes whatever comes from now on. */
  listen(): void {
    this.#stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    this.#stream.on("end", () => {
      this.#isAtEnd = true;
      this.#endReading();
    });
  }

  /** Takes what came before the stream was listened to. */
  begin(head: Uint8Array): void {
    if (this.#paused) this.#unread = head;
    else if (head.length > 0) this.#take(head);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Whether nothing more is wanted for now. */
  get isFull(): boolean {
    return this.#paused || this.isResting || performance.now() - this.#since > STEP;
  }

  /** Reads nothing more, until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#paused = false;
    this.#goOnLater();
  }

  /** Whether it reads nothing for a while. */
  get isResting(): boolean {
    return this.#resting !== undefined;
  }

  /** Reads nothing more for so many ms, paused or not. */
  rest(ms: number): void {
    this.#rest = performance.now() + ms;
    this.#stream.pause();
    if (!this.isResting) this.#restOn(ms);
  }

  /** Need not rest any more. */
  wake(): void {
    if (!this.isResting) return;
    clearTimeout(this.#resting);
    this.#resting = undefined;
    this.#goOnLater();
  }

  #restOn(ms: number): void {
    // A timer takes no time that is much longer.
    this.#resting = setTimeout(() => {
      const left = this.#rest - performance.now();
      if (left > 0) this.#restOn(left);
      else this.wake();
    }, Math.min(ms, LONGEST));
  }

  /** Reads nothing more at all. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#resting);
  }

  /** Reads a chunk, or what was left of it, and lets others go before the next where it is their turn. */
  #take(chunk: Uint8Array): void {
    const start = this.#since = performance.now();
    const { length } = chunk;
    const read = this.#taker.read(chunk);
    if (read < length) this.#unread = chunk.subarray(read);
    const rest = shareTurn(start);
    if (read === length && !rest) return;
    this.#stream.pause();
    this.#goOnLater();
  }

  /** Not at once: whoever has just worked is behind all others who wait. */
  #goOnLater(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    setImmediate(() => this.#goOn());
  }

  #goOn(): void {
    this.#goesOn = false;
    if (this.#paused || this.#stopped || this.isResting) return;
    const rest = shareTurn(performance.now());
    if (rest) {
      this.#goesOn = true;
      return void rest.then(() => this.#goOn());
    }
    const unread = this.#unread;
    this.#unread = NOTHING;
    if (unread.length > 0) this.#take(unread);
    if (this.#unread.length > 0) return;
    if (this.#isAtEnd) this.#endReading();
    else if (!this.#paused && !this.#goesOn && !this.isResting) this.#stream.resume();
  }

  #endReading(): void {
    if (this.#unread.length === 0) this.#taker.ended();
  }
}
