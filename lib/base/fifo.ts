/**
 * Things in their order, of which the oldest is taken out: in constant time, however many there are. Of an array of
 * tens of thousands, `shift` moves all others each time.
 */
export class Fifo<T> implements Iterable<T> {
  #all: (T | undefined)[];
  /** Index of the oldest. */
  #first = 0;

  constructor(all: Iterable<T> = []) {
    this.#all = [...all];
  }

  get size(): number {
    return this.#all.length - this.#first;
  }

  /** The oldest; undefined where there is none. */
  get oldest(): T | undefined {
    return this.#all[this.#first];
  }

  /** From the oldest on. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#first; at < this.#all.length; at++) yield this.#all[at] as T;
  }

  /** Adds one behind all others. */
  push(one: T): void {
    this.#all.push(one);
  }

  /** Takes out the oldest; undefined where there is none. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const oldest = this.#all[this.#first];
    // It may be large, and nobody wants it any more.
    this.#all[this.#first++] = undefined;
    if (this.size === 0) this.clear();
    else if (this.#first >= 1024 && 2 * this.#first >= this.#all.length) {
      // Only now and then, because it moves all that is left.
      this.#all = this.#all.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }

  clear(): void {
    this.#all = [];
    this.#first = 0;
  }
}
