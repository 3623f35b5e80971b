import type { Rate } from "../../base/token_bucket.ts";
import { AddressRates } from "./address_rates.ts";

/** Somebody who is told of visitors, by their addresses. */
export interface VisitorsTold {
  add(key: string | undefined, count: number): void;
}

/** Counts who is at a place, in all and by address: for longer than its limits stay the same. */
export class Visitors {
  #size = 0;
  /** Of addresses that are there: so there are no more of them than visitors. */
  #of: Map<string, number> | undefined;
  #rates: AddressRates | undefined;
  #rate: Rate | undefined;
  #told: VisitorsTold | undefined;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** How many there are of an address. */
  of(key: string): number {
    return this.#of?.get(key) ?? 0;
  }

  /** How many there are of each address; those without one under undefined. */
  *counts(): Generator<[key: string | undefined, count: number]> {
    let named = 0;
    for (const [key, count] of this.#of ?? []) {
      named += count;
      yield [key, count];
    }
    if (this.#size > named) yield [undefined, this.#size - named];
  }

  /** Has somebody told of all who are there, who come and who leave; once for all. */
  tell(told: VisitorsTold): void {
    if (this.#told) return;
    this.#told = told;
    for (const [key, count] of this.counts()) told.add(key, count);
  }

  /** Whether somebody is told. */
  get isTold(): boolean {
    return this.#told !== undefined;
  }

  /**
   * Counts one in, until it is disposed; a second time does nothing.
   *
   * @param isKnown Whether who is told knows of it already.
   */
  enter(key: string | undefined, isKnown = false): Disposable {
    this.add(key, 1);
    if (!isKnown) this.#told?.add(key, 1);
    let isThere = true;
    return {
      [Symbol.dispose]: () => {
        if (!isThere) return;
        isThere = false;
        this.add(key, -1);
        this.#told?.add(key, -1);
      },
    };
  }

  /** How often each address came lately; another rate begins anew. */
  rates(rate: Rate): AddressRates {
    const known = this.#rate;
    if (this.#rates && known?.perSecond === rate.perSecond && known.burst === rate.burst) {
      return this.#rates;
    }
    this.#rate = rate;
    return this.#rates = new AddressRates(rate);
  }

  /** Counts so many more of an address, or fewer; nobody is told. */
  add(key: string | undefined, count: number): void {
    this.#size += count;
    if (key === undefined) return;
    const now = this.of(key) + count;
    if (now > 0) (this.#of ??= new Map()).set(key, now);
    else this.#of?.delete(key);
  }
}
