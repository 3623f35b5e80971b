import { MAX_BUS_QUEUE } from "../../base/limits.ts";
import { Waiters } from "../../base/waiters.ts";
import type { PublishTerms } from "../bus.ts";

/** Something to be written at the end of a log. */
export interface Saying {
  /** The place among all that this server says: each has a higher one. */
  readonly turn: number;
  /** The key of the log. */
  readonly key: Deno.KvKey;
  readonly payload: Uint8Array;
  /** How many messages; 0 where it is cast. */
  readonly count: number;
  /** How many messages of the log are kept at least. */
  readonly keep: number;
  /** The number of it among all that this server publishes, where it MUST be written once; otherwise at most once. */
  readonly number?: number;
  /** Whether it is for one server, which is told where it does not get it. */
  readonly isMail?: boolean;
}

// What one costs in memory beside its payload: so they have a bound by count as well.
const OVERHEAD = 256;

const NOTHING = new Uint8Array();

/**
 * Everything that a server says and the store does not have yet, in order.
 *
 * What is published is bounded by whoever adds it. What is said at most once has a bound here: beyond, it is dropped. A
 * server that does not get what was sent to it finds an entry of one message in place of it, which says so.
 */
export class KvQueue {
  readonly #most: number;
  #waiting: Saying[] = [];
  #turn = 0;
  /** Bytes of memory of what is said at most once. */
  #bytes = 0;
  readonly #waiters = new Waiters(() => this.#bytes);
  /** The turn of the last entry that says so, by the log. */
  readonly #gaps = new Map<string, number>();

  /** @param most Bytes of memory of what is said at most once; default 16 MiB. */
  constructor(most = MAX_BUS_QUEUE) {
    this.#most = most;
  }

  /** Whether something waits. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Bytes of memory of what is said at most once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The turn of what was added last. */
  get turn(): number {
    return this.#turn;
  }

  /** All that waits, in order. */
  get all(): Iterable<Saying> {
    return this.#waiting;
  }

  /** Resolves when no more than so many bytes wait of what is said at most once. */
  drained(amount: number): Promise<void> {
    return this.#waiters.wait(amount);
  }

  /** Adds what is to be written once. */
  publish(key: Deno.KvKey, payload: Uint8Array, terms: PublishTerms, number: number): void {
    this.#waiting.push({ turn: ++this.#turn, key, payload, ...terms, number });
  }

  /**
   * Adds what is said at most once.
   *
   * @param isMail Whether it is for one server.
   * @returns Whether there was room for it.
   */
  say(key: Deno.KvKey, payload: Uint8Array, isMail: boolean): boolean {
    const bytes = this.#bytes + payload.length + OVERHEAD;
    // One that is large goes alone.
    if (this.#bytes > 0 && bytes > this.#most) {
      if (isMail) this.#miss(key, ++this.#turn);
      return false;
    }
    this.#bytes = bytes;
    this.#waiting.push({ turn: ++this.#turn, key, payload, count: 0, keep: 0, isMail });
    if (isMail) this.#gaps.delete(JSON.stringify(key));
    return true;
  }

  /** Forgets what is said at most once, and what nobody waits for. */
  forget(isWanted: (number: number) => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#gaps.clear();
    this.#bytes = 0;
    for (const saying of waiting) {
      const { key, turn, count, number, isMail } = saying;
      const isGap = number === undefined && count > 0;
      if (isMail || isGap) this.#miss(key, turn);
      else if (number !== undefined && isWanted(number)) this.#waiting.push(saying);
    }
    this.#waiters.wake();
  }

  /**
   * All up to a turn are written.
   *
   * @returns These.
   */
  written(turn: number): readonly Saying[] {
    const after = this.#waiting.findIndex((saying) => saying.turn > turn);
    const written = this.#waiting.splice(0, after < 0 ? this.#waiting.length : after);
    for (const { payload, count } of written) {
      if (count === 0) this.#bytes -= payload.length + OVERHEAD;
    }
    for (const [log, gap] of this.#gaps) if (gap <= turn) this.#gaps.delete(log);
    this.#waiters.wake();
    return written;
  }

  /** Has a server told that something is missing, unless that is what it hears next. */
  #miss(key: Deno.KvKey, turn: number): void {
    const log = JSON.stringify(key);
    if (this.#gaps.has(log)) return;
    this.#gaps.set(log, turn);
    this.#waiting.push({ turn, key, payload: NOTHING, count: 1, keep: 0 });
  }
}
