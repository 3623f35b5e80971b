/**
 * The time in which this process has run, as far as it looks at the clock: what passes between two looks counts no more
 * than `step`. So a process that stood still, because it was stopped, its machine slept or others had the processor,
 * does not take its own silence for that of others.
 */
export class RunningTime {
  readonly #step: number;
  readonly #now: () => number;
  #looked: number;
  #time = 0;

  /**
   * @param step Milliseconds that count at most from one look to the next.
   * @param now Milliseconds on a clock that never goes back.
   */
  constructor(step: number, now: () => number = () => performance.now()) {
    [this.#step, this.#now] = [step, now];
    this.#looked = now();
  }

  /** Looks at the clock; answers the milliseconds that have counted so far. */
  look(): number {
    const now = this.#now();
    this.#time += Math.min(now - this.#looked, this.#step);
    this.#looked = now;
    return this.#time;
  }
}
