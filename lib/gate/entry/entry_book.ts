import type { Rate } from "../../base/token_bucket.ts";
import type { FailureBook } from "../auth/failure_book.ts";
import type { Visitors } from "./visitors.ts";

/** Limits of who may come in, as numbers; 0 means no limit. */
export interface EntryTerms {
  /** WebSockets, and plain requests under way, at once. */
  readonly most: number;
  /** The same of one address. */
  readonly mostOfOne: number;
  /** Handshakes and plain requests of one address; default: no limit. */
  readonly rate?: Rate | undefined;
}

/** The limit at which somebody may not come in. */
export interface Full {
  /** The name of the option that has it. */
  readonly limit: "connectrate" | "maxperip" | "maxconnections";
  /** Milliseconds until he may; 0 where nobody knows. */
  readonly wait: number;
}

/** The place of several servers together, of which one knows who is there. */
export interface EntryBook {
  /**
   * Asks for one more, and counts it where it may come in.
   *
   * @param key The name of its address; see `addressKey`.
   * @param counted Whether it is to be counted as there, beside its rate.
   * @returns The limit at which it may not.
   * @throws {HandshakeError} If nobody can say (503).
   */
  enter(key: string | undefined, terms: EntryTerms, counted: boolean): Promise<Full | undefined>;
  /** So many more of an address are here, or fewer, who did not ask. */
  add(key: string | undefined, count: number): void;
}

/** Books for each place of several servers together. */
export interface EntryLedger {
  /** Wrong passwords and tokens at all of them; default: each server counts its own. */
  readonly failures?: FailureBook;
  /**
   * The book of a place.
   *
   * @param place Its name: empty for the servers as a whole, otherwise that of a route.
   */
  at(place: string): EntryBook;
}

/** Counts a visitor for its rate, and looks whether there is room for it. */
export function fullFor(
  visitors: Visitors,
  key: string | undefined,
  { most, mostOfOne, rate }: EntryTerms,
): Full | undefined {
  if (key !== undefined) {
    const wait = rate ? visitors.rates(rate).take(key, performance.now()) : 0;
    if (wait > 0) return { limit: "connectrate", wait };
    if (mostOfOne > 0 && visitors.of(key) >= mostOfOne) return { limit: "maxperip", wait: 0 };
  }
  return most > 0 && visitors.size >= most ? { limit: "maxconnections", wait: 0 } : undefined;
}
