import { joined } from "../../../base/joined.ts";
import { HIGH_WATER_MARK } from "../../../base/limits.ts";
import { nextTurn } from "../../../base/next_turn.ts";
import { oneLine } from "../../../base/one_line.ts";
import { ownBody } from "../../../base/own_body.ts";
import type { Gauge } from "../../../contract.ts";

// Bytes of memory that a part costs beside its data, and that are handed over at once.
const OVERHEAD = 256;
const MOST = 64 * 1024;

/** The end of an {@linkcode AnswerBody}, as whoever fills it is told of it. */
export interface AnswerBodyEvents {
  /** The engine has taken all of it, and its end. */
  ended(): void;
  /** The client has left before that. */
  left(): void;
}

/**
 * The body of an answer that is made as it goes: what waits here, the engine takes as fast as its client reads.
 */
export class AnswerBody implements Gauge {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #events: AnswerBodyEvents;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** How often the engine has taken something. */
  #taken = 0;
  /** The engine waits for more. */
  #wanted: (() => void) | undefined;
  /** Says the end behind what waits. */
  #conclude: (() => void) | undefined;
  #over = false;
  #draining: { readonly amount: number; readonly resolve: () => void }[] = [];

  constructor(events: AnswerBodyEvents) {
    this.#events = events;
    this.stream = ownBody(
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => {
          if (this.#over) return;
          this.#release();
          events.left();
        },
      }, { highWaterMark: 0 }),
    );
  }

  get bufferedAmount(): number {
    return this.#bytes + OVERHEAD * this.#parts.length;
  }

  /** A number that is another one whenever something of it was taken. */
  get taken(): number {
    return this.#taken;
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    if (this.#over || this.bufferedAmount <= amount) return Promise.resolve();
    return new Promise((resolve) => this.#draining.push({ amount, resolve }));
  }

  /** Adds bytes behind all others, in memory that nobody writes to any more. After the end, they are dropped. */
  push(bytes: Uint8Array): void {
    if (this.#over || this.#conclude || bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (this.#wanted) this.#hand();
  }

  /**
   * Ends it behind what waits.
   *
   * @param why It is broken off, for this reason; default: it is whole.
   */
  end(why?: string): void {
    if (this.#over || this.#conclude) return;
    this.#conclude = () => {
      this.#release();
      // What breaks off at once behind the last part would take that back (Deno 2.6).
      if (why === undefined) this.#close();
      else nextTurn().then(() => this.#close(why));
      this.#events.ended();
    };
    // Nobody may ever ask for more.
    if (this.#parts.length === 0) this.#finish();
  }

  /** Drops what waits. */
  clear(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#finish();
    this.#tellDrained();
  }

  /**
   * Breaks it off where it is.
   *
   * @param why For whoever reads it; default: nobody does any more.
   * @returns Bytes that waited.
   */
  drop(why?: string): number {
    if (this.#over) return 0;
    const lost = this.#bytes;
    this.#release();
    this.#close(why);
    return lost;
  }

  #close(why?: string): void {
    if (why === undefined) this.#controller.close();
    // As a text, because the runtime prints it.
    else this.#controller.error(oneLine(why));
  }

  #pull(): Promise<void> | void {
    if (this.#parts.length > 0) return this.#hand();
    return new Promise((resolve) => this.#wanted = resolve);
  }

  #hand(): void {
    const count = this.#countOfNext();
    const parts = this.#parts.splice(0, count);
    const bytes = parts.length === 1 ? parts[0] as Uint8Array : joined(parts);
    this.#bytes -= bytes.length;
    this.#taken++;
    this.#controller.enqueue(bytes);
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
    if (this.#parts.length === 0) this.#finish();
    this.#tellDrained();
  }

  /** The number of parts that are handed over next. */
  #countOfNext(): number {
    let length = 0;
    const end = this.#parts.findIndex((part) => (length += part.length) > MOST);
    return end < 0 ? this.#parts.length : Math.max(1, end);
  }

  #finish(): void {
    if (!this.#conclude || this.#over) return;
    this.#conclude();
    this.#wanted?.();
  }

  #tellDrained(): void {
    if (this.#draining.length === 0) return;
    const now = this.bufferedAmount;
    const draining = this.#draining;
    this.#draining = draining.filter(({ amount }) => now > amount);
    for (const { amount, resolve } of draining) if (now <= amount) resolve();
  }

  /** Nothing is taken any more. */
  #release(): void {
    this.#over = true;
    this.#parts = [];
    this.#bytes = 0;
    this.#tellDrained();
  }
}
