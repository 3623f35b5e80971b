/** Delays of deliveries, each with how many had it. */
export class Delays {
  readonly #all: { readonly ms: number; readonly count: number }[] = [];
  #total = 0;

  add(ms: number, count: number): void {
    this.#all.push({ ms, count });
    this.#total += count;
  }

  /** Deliveries in all. */
  get total(): number {
    return this.#total;
  }

  /** The delay that a share of all deliveries does not exceed, in ms. */
  at(share: number): number {
    this.#all.sort((one, other) => one.ms - other.ms);
    let seen = 0;
    for (const { ms, count } of this.#all) if ((seen += count) >= share * this.#total) return ms;
    return 0;
  }
}
