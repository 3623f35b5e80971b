/** Values by keys, of which no more are remembered than so many: those that were noted last. */
export class Latest<K, V> {
  readonly #most: number;
  readonly #all = new Map<K, V>();

  /** @param most Keys that are remembered. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value of a key; undefined where none is remembered. */
  get(key: K): V | undefined {
    return this.#all.get(key);
  }

  /** Notes a value; the oldest is forgotten where there are too many. */
  note(key: K, value: V): void {
    this.#all.delete(key);
    this.#all.set(key, value);
    if (this.#all.size <= this.#most) return;
    const [oldest] = this.#all.keys();
    this.#all.delete(oldest as K);
  }

  delete(key: K): void {
    this.#all.delete(key);
  }

  clear(): void {
    this.#all.clear();
  }
}
