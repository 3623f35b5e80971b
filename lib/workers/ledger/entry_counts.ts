import { type EntryTerms, type Full, fullFor } from "../../gate/entry/entry_book.ts";
import { Visitors } from "../../gate/entry/visitors.ts";
import type { Answers } from "../calls.ts";

/** A question whether somebody may come in. */
export interface EntryAsked {
  /** The place; see `EntryLedger`. */
  readonly at: string;
  readonly key?: string | undefined;
  readonly terms: EntryTerms;
  readonly counted: boolean;
}

/** A change of who is there that needs no answer. */
export interface EntryChanged {
  readonly at: string;
  readonly key?: string | undefined;
  readonly count: number;
}

/** Counts who is at the places of all workers. */
export class EntryCounts {
  /** By the name of the place: there are as many as there ever were routes. */
  readonly #places = new Map<string, Visitors>();

  /** The visitors of a place. */
  at(place: string): Visitors {
    return visitorsIn(this.#places, place);
  }

  /** Takes a worker in: what it may ask; and `left`, to be called when it has gone. */
  join(): { readonly answers: Answers; left(): void } {
    const own = new Map<string, Visitors>();
    let isGone = false;
    const add = ({ at, key, count }: EntryChanged) => {
      if (isGone) return;
      this.at(at).add(key, count);
      visitorsIn(own, at).add(key, count);
    };
    return {
      answers: {
        "entry.enter": ({ at, key, terms, counted }: EntryAsked): Full | undefined => {
          const full = fullFor(this.at(at), key, terms);
          if (!full && counted) add({ at, key, count: 1 });
          return full;
        },
        "entry.add": add,
      },
      left: () => {
        isGone = true;
        for (const [place, visitors] of own) {
          for (const [key, count] of visitors.counts()) this.at(place).add(key, -count);
        }
      },
    };
  }
}

function visitorsIn(places: Map<string, Visitors>, place: string): Visitors {
  const known = places.get(place) ?? new Visitors();
  places.set(place, known);
  return known;
}
