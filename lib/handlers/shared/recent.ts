/** Names that were in use lately: as many as are worth remembering. */
export class Recent {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most = 10_000) {
    this.#most = most;
  }

  add(name: string): void {
    this.#names.add(name);
    if (this.#names.size <= this.#most) return;
    // A set keeps the order in which its elements came.
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      break;
    }
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }
}
