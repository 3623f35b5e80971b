/** A bounded number of something: whoever holds a permit counts until it is given back. */
export class Permits {
  readonly #limit: number;
  #taken = 0;

  /**
   * Has all of them to give.
   *
   * @param limit Most permits that are held at once; 0 or less means no limit.
   */
  constructor(limit: number) {
    this.#limit = limit > 0 ? limit : Infinity;
  }

  /** Number of permits that are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes one, or answers `undefined` when none is left. Giving it back twice counts once. */
  take(): Disposable | undefined {
    if (this.#taken >= this.#limit) return undefined;
    this.#taken++;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#taken--;
        held = false;
      },
    };
  }
}
