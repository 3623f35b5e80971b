import type { Batch } from "../base/batch.ts";

/** Messages that are on their way to the engine and back. */
export interface Flight {
  readonly number: number;
  /** In memory of its own. */
  readonly batch: Batch;
  readonly except: ReadonlySet<string> | undefined;
  /** Whether members here have them already, because the engine was away. */
  heard: boolean;
}

/**
 * Messages that this server has said in a room and the engine has not brought back yet, in their order. They are bounded by what may
 * wait for the engine.
 */
export class Flights {
  readonly #all = new Map<number, Flight>();
  #heard = 0;
  /** The highest number of one that was given up, which members here have. */
  #fallen = 0;

  /** How many of them members here have already. */
  get heard(): number {
    return this.#heard;
  }

  add(flight: Flight): void {
    this.#all.set(flight.number, flight);
    if (flight.heard) this.#heard++;
  }

  /** Takes out what has come back, and what was before it, which never will: the order is kept. */
  landed(number: number | undefined): Flight | undefined {
    const found = number === undefined ? undefined : this.#all.get(number);
    if (!found) return undefined;
    for (const flight of this.#all.values()) {
      this.#remove(flight);
      if (flight === found) break;
    }
    return found;
  }

  /** Takes out what is given up. */
  fallen(number: number): Flight | undefined {
    const found = this.#all.get(number);
    if (!found) return undefined;
    this.#remove(found);
    this.#fallen = Math.max(this.#fallen, number);
    return found;
  }

  /**
   * Whether members here have what comes back with a number that is none of these: what was given up the engine may have
   * taken all the same, where its answer was lost.
   */
  isFallen(number: number | undefined): boolean {
    return number !== undefined && number <= this.#fallen;
  }

  /** All that members here do not have, which they are about to get. */
  *unheard(): Iterable<Flight> {
    for (const flight of this.#all.values()) {
      if (flight.heard) continue;
      flight.heard = true;
      this.#heard++;
      yield flight;
    }
  }

  clear(): void {
    this.#all.clear();
    this.#heard = this.#fallen = 0;
  }

  #remove(flight: Flight): void {
    this.#all.delete(flight.number);
    if (flight.heard) this.#heard--;
  }
}
