import type { Connection } from "../../contract.ts";
import { HIGH_WATER_MARK, MAX_UNSENT } from "../../base/limits.ts";
import type { Lag } from "./crowd.ts";

// How long to wait before looking whether clients have read on, in ms.
const SHORTEST_POLL = 1;
const LONGEST_POLL = 100;

// How long to wait for the fastest client while none reads anything, in ms.
const PATIENCE = 10_000;

// A client so far behind is waited for as well, as long as it reads: for a second, and beyond that for half
// of the time. So who reads equally fast is not closed because another was served first; who is less than
// half as fast is.
const FAR = MAX_UNSENT / 2;
const COURTESY = 1_000;
const SHARE = 0.5;

/** Options of a {@linkcode Pace}. */
export interface PaceOptions {
  /** Measures how far the clients are behind, at a time of the clock. */
  lag(now: number): Lag;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * The pace at which a process may write that has many clients: that of the one that reads fastest, as if
 * it were the only one. Others hardly hold it up; one that gets too far behind is closed.
 */
export class Pace implements Pick<Connection, "bufferedAmount" | "drained"> {
  readonly #lag: (now: number) => Lag;
  readonly #now: () => number;
  /** Whether nobody has read anything for too long. */
  #stalled = false;
  /** Time left to wait for those who are far behind, in ms, as of `#since`. */
  #courtesy = COURTESY;
  #since: number;

  constructor(options: PaceOptions) {
    this.#lag = options.lag;
    this.#now = options.now ?? (() => performance.now());
    this.#since = this.#now();
  }

  get bufferedAmount(): number {
    const { least, most } = this.#look();
    if (least > HIGH_WATER_MARK) return this.#stalled ? 0 : least;
    return this.#waitsFor(most) ? most : 0;
  }

  /** Resolves when the process may write on. */
  async drained(): Promise<void> {
    let wait = SHORTEST_POLL;
    let stalled = 0;
    let before = Infinity;
    for (let slack = HIGH_WATER_MARK / 2;;) {
      const { least, most, total } = this.#look();
      stalled = total < before ? 0 : stalled + wait;
      if (stalled >= PATIENCE) this.#stalled = true;
      const fastest = least > slack && !this.#stalled;
      if (!fastest && !this.#waitsFor(most)) return;
      // Once the fastest has drained it may fall behind a little, while another is waited for.
      if (!fastest) slack = HIGH_WATER_MARK;
      wait = total < before ? SHORTEST_POLL : Math.min(2 * wait, LONGEST_POLL);
      before = total;
      const start = this.#now();
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!fastest) this.#courtesy -= this.#now() - start;
    }
  }

  #look(): Lag {
    const now = this.#now();
    this.#courtesy = Math.min(COURTESY, this.#courtesy + SHARE * (now - this.#since));
    this.#since = now;
    const lag = this.#lag(now);
    if (lag.least <= HIGH_WATER_MARK) this.#stalled = false;
    return lag;
  }

  #waitsFor(most: number): boolean {
    return most > FAR && this.#courtesy > 0;
  }
}
