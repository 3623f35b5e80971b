import { HIGH_WATER_MARK } from "../../base/limits.ts";

// By so much the memory may grow from one question to the next.
const GROWTH = HIGH_WATER_MARK / 2;
// For how long it holds back at first, in ms; each time twice as long.
const SHORTEST_PAUSE = 500;

/** Options of {@linkcode MemoryGuess}. */
export interface MemoryGuessOptions {
  /** The memory of this process; default: what the system says. */
  readonly memory?: () => number;
  /** Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Guesses whether a client is behind, where nobody can be asked: what is sent and does not leave holds memory. The
 * guess is wrong where somebody else has taken that; so now and then the client is given the benefit of the doubt,
 * less often each time, so that one that never reads takes no more than the logarithm of its patience.
 */
export class MemoryGuess {
  readonly #memory: () => number;
  readonly #now: () => number;
  #before: number;
  #pause = SHORTEST_PAUSE;
  /** The end of a pause, while there is one. */
  #until: number | undefined;

  constructor(
    { memory = () => Deno.memoryUsage().rss, now = () => performance.now() }: MemoryGuessOptions =
      {},
  ) {
    this.#memory = memory;
    this.#now = now;
    this.#before = memory();
  }

  /** To be asked again for each {@linkcode HIGH_WATER_MARK} of memory that messages may hold. */
  get isBehind(): boolean {
    const memory = this.#memory();
    if (memory - this.#before < GROWTH) this.#pause = SHORTEST_PAUSE;
    else if (this.#now() < (this.#until ??= this.#now() + this.#pause)) return true;
    else this.#pause *= 2;
    this.#before = memory;
    this.#until = undefined;
    return false;
  }
}
