/** Promises for those who wait until no more than some amount is left. */
export class Waiters {
  readonly #amount: () => number;
  #waiting: { readonly most: number; readonly resolve: () => void }[] = [];

  /** @param amount What is left now. */
  constructor(amount: () => number) {
    this.#amount = amount;
  }

  /** Resolves when no more than `most` is left. */
  wait(most: number): Promise<void> {
    if (this.#amount() <= most) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ most, resolve });
    return promise;
  }

  /** Some of it has gone. */
  wake(): void {
    if (this.#waiting.length === 0) return;
    const amount = this.#amount();
    for (const { most, resolve } of this.#waiting) if (amount <= most) resolve();
    this.#waiting = this.#waiting.filter(({ most }) => amount > most);
  }
}
