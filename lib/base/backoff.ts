// In ms: how long to wait before the first attempt, and at most; how long a process has to live for the
// next attempt to count as the first.
const SHORTEST = 100;
const LONGEST = 30_000;
const HEALTHY = 10_000;

/** Attempts in a row before it is given up. */
export const ATTEMPTS = 10;

/** The wait before what has ended is started again: longer each time that it did not help. */
export class Backoff {
  #attempts = 0;

  /**
   * Counts an attempt.
   *
   * @param lived The time that it has lived, in ms.
   * @returns Milliseconds to wait before the next one; undefined after too many in a row.
   */
  next(lived: number): number | undefined {
    if (lived >= HEALTHY) this.#attempts = 0;
    if (this.#attempts >= ATTEMPTS) return undefined;
    return Math.min(LONGEST, SHORTEST * 2 ** this.#attempts++);
  }
}
