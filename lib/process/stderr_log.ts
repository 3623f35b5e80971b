import type { Batch } from "../base/batch.ts";
import { HIGH_WATER_MARK } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { nextTurn } from "../base/next_turn.ts";
import { Delimited, LINE } from "../codec/delimited.ts";
import type { Decoder, Gauge } from "../contract.ts";

// Milliseconds after which what was left out is told, and as much goes to the log again.
const PERIOD = 1_000;

// Bytes that a line counts beside its own: those of its time and connection in the log.
const LINE_COST = 512;

// How long one program may take before everybody else has a turn, in ms; what reading a chunk takes is not measured.
const SHARE = 2;
const READING = 0.004;

/**
 * Takes stderr of a program to the log, line by line, as much in a second as its rate allows. The rest is read
 * and counted: the program does not wait, and neither does anybody else.
 */
export class StderrLog implements Decoder, Gauge {
  readonly #log: Log;
  readonly #rate: number;
  readonly #now: () => number;
  readonly #lines = new Delimited(LINE, (batch) => this.#take(batch));
  /** Cost of what was logged in this period, which ends at a time. */
  #logged = 0;
  #until = 0;
  #leftOut = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds that it has worked since everybody else had a turn. */
  #worked = 0;

  /**
   * @param rate Bytes in a second; 0 means no limit.
   * @param now Milliseconds on a clock that never goes back.
   */
  constructor(log: Log, rate: number, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
    this.#rate = rate || Infinity;
  }

  push(chunk: Uint8Array): number {
    const start = this.#now();
    this.#lines.push(chunk);
    this.#worked += READING + this.#now() - start;
    // None that holds memory.
    return 0;
  }

  end(): void {
    this.#lines.end();
    this.#tell();
  }

  /** Whether others are to have their turn: in the words of a gauge, whether much waits. */
  get bufferedAmount(): number {
    return this.#worked > SHARE ? HIGH_WATER_MARK + 1 : 0;
  }

  async drained(): Promise<void> {
    await nextTurn();
    this.#worked = 0;
  }

  #take(batch: Batch): void {
    const now = this.#now();
    if (now >= this.#until) {
      this.#tell();
      this.#until = now + PERIOD;
      this.#logged = 0;
    }
    let at = 0;
    for (; at < batch.size && this.#logged < this.#rate; at++) {
      this.#log.error("stderr", batch.at(at) as string);
      this.#logged += LINE_COST + batch.lengthAt(at);
    }
    if (at === batch.size) return;
    this.#leftOut += batch.size - at;
    this.#timer ??= setTimeout(() => this.#tell(), this.#until - now);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#leftOut === 0) return;
    const lines = this.#leftOut === 1 ? "line" : "lines";
    this.#log.error("stderr", `… ${this.#leftOut.toLocaleString("en-US")} ${lines} left out`);
    this.#leftOut = 0;
  }
}
