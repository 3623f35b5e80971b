/** A permit that somebody holds until it is disposed; twice counts once. */
export interface Permit extends Disposable {
  /** Nobody else gets it any more. */
  claim(): void;
}

/** A bounded number of something: whoever holds a permit counts until it is given back. */
export class Permits {
  readonly #limit: number;
  #taken = 0;
  /** Permits that give way, the oldest first. */
  readonly #spare = new Map<Permit, () => void>();

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

  /**
   * Takes one, or answers `undefined` when none is left.
   *
   * @param giveWay Makes it one that whoever has none to give way gets, where no other is left; called then, when it
   * counts as given back, until it is claimed.
   */
  take(giveWay?: () => void): Permit | undefined {
    if (this.#taken >= this.#limit && (giveWay || !this.#reclaim())) return undefined;
    this.#taken++;
    let held = true;
    const permit: Permit = {
      claim: () => this.#spare.delete(permit),
      [Symbol.dispose]: () => {
        if (held) this.#taken--;
        held = false;
        this.#spare.delete(permit);
      },
    };
    if (giveWay) this.#spare.set(permit, giveWay);
    return permit;
  }

  /**
   * The same, where several servers have them together: waits for the answer of whoever knows how many are taken.
   * What can wait takes one so.
   */
  obtain(giveWay?: () => void): Permit | undefined | Promise<Permit | undefined> {
    return this.take(giveWay);
  }

  #reclaim(): boolean {
    for (const [permit, giveWay] of this.#spare) {
      permit[Symbol.dispose]();
      giveWay();
      return true;
    }
    return false;
  }
}
