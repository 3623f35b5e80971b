import { Backoff } from "../base/backoff.ts";

// The wait before a worker is started again that has failed many times, in ms: it is never given up.
const LONGEST_PAUSE = 30_000;

/** Starts workers again, each later the more often that did not help. */
export class Restarts implements Disposable {
  readonly #backoffs = new Map<number, Backoff>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  /**
   * Starts a worker of that number later, unless all of it is over by then.
   *
   * @param lived Milliseconds that the one before has lived.
   */
  later(number: number, lived: number, start: () => void): void {
    const backoff = this.#backoffs.get(number) ?? new Backoff();
    this.#backoffs.set(number, backoff);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      start();
    }, backoff.next(lived) ?? LONGEST_PAUSE);
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
