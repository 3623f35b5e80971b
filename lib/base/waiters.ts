/** Promises for those who wait until no more than some amount is left. */
export class Waiters {
  readonly #amount: () => number;
  #waiting: { readonly most: number; readonly resolve: () => void }[] = [];
  /** The highest amount at which one of them is woken. */
  #highest = -Infinity;

  /** @param amount What is left now. */
  constructor(amount: () => number) {
    this.#amount = amount;
  }

  /** Resolves when no more than `most` is left. */
  wait(most: number): Promise<void> {
    if (this.#amount() <= most) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ most, resolve });
    this.#highest = Math.max(this.#highest, most);
    return promise;
  }

  /** Some of it has gone. */
  wake(): void {
    if (this.#waiting.length === 0) return;
    const amount = this.#amount();
    // Many may wait, and most of what goes wakes none of them.
    if (amount > this.#highest) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ most }) => amount > most);
    this.#highest = this.#waiting.reduce((high, { most }) => Math.max(high, most), -Infinity);
    for (const { most, resolve } of waiting) if (amount <= most) resolve();
  }
}
