import type { Rate } from "../../base/token_bucket.ts";
import { AddressRates } from "./address_rates.ts";

/** Counts who is at a place, in all and by address: for longer than its limits stay the same. */
export class Visitors {
  #size = 0;
  /** Of addresses that are there: so there are no more of them than visitors. */
  #of: Map<string, number> | undefined;
  #rates: AddressRates | undefined;
  #rate: Rate | undefined;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** How many there are of an address. */
  of(key: string): number {
    return this.#of?.get(key) ?? 0;
  }

  /** Counts one in, until it is disposed; a second time does nothing. */
  enter(key: string | undefined): Disposable {
    this.#add(key, 1);
    let isThere = true;
    return {
      [Symbol.dispose]: () => {
        if (isThere) this.#add(key, -1);
        isThere = false;
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

  #add(key: string | undefined, count: 1 | -1): void {
    this.#size += count;
    if (key === undefined) return;
    const now = this.of(key) + count;
    if (now > 0) (this.#of ??= new Map()).set(key, now);
    else this.#of?.delete(key);
  }
}
