import { MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { Mark } from "../../base/mark.ts";
import { Waiters } from "../../base/waiters.ts";
import type { PublishTerms } from "../bus.ts";

// What one costs in memory beside its payload.
const OVERHEAD = 256;

/** Something that was said, until the engine has it. */
export interface Publish {
  readonly number: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly terms: PublishTerms;
}

interface Waiting extends Publish {
  /** Milliseconds on the clock of `performance.now()`. */
  readonly since: number;
  resolve(mark: Mark | undefined): void;
}

/** Everything that a server has said and the engine does not have yet, as far as anybody knows: 16 MiB at most. */
export class Publishes {
  readonly #waiting = new Map<number, Waiting>();
  readonly #waiters = new Waiters(() => this.#bytes);
  #bytes = 0;
  #number = 0;
  #answered = 0;

  /** Bytes of memory of what waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the last one that was answered; all before it are. */
  get answered(): number {
    return this.#answered;
  }

  /** All that wait, in order. */
  get all(): Iterable<Publish> {
    return this.#waiting.values();
  }

  /**
   * Adds one.
   *
   * @returns undefined where too much waits already.
   */
  add(
    topic: string,
    payload: Uint8Array,
    terms: PublishTerms,
  ): { readonly publish: Publish; readonly placed: Promise<Mark | undefined> } | undefined {
    const bytes = this.#bytes + payload.length + OVERHEAD;
    if (bytes > MAX_BUS_QUEUE) return undefined;
    this.#bytes = bytes;
    const { promise: placed, resolve } = Promise.withResolvers<Mark | undefined>();
    const number = ++this.#number;
    const publish = { number, topic, payload, terms, resolve, since: performance.now() };
    this.#waiting.set(number, publish);
    return { publish, placed };
  }

  /**
   * The engine has one.
   *
   * @returns The number of its messages; 0 where nobody waits for it any more.
   */
  placed(number: number, mark: Mark | undefined): number {
    this.#answered = Math.max(this.#answered, number);
    return this.#settle(number, mark);
  }

  /**
   * Drops all that has waited since before a time.
   *
   * @returns The number of their messages.
   */
  drop(before: number): number {
    let count = 0;
    for (const { number, since } of this.#waiting.values()) {
      if (since < before) count += this.#settle(number, undefined);
    }
    return count;
  }

  /** Resolves when no more than so many bytes wait. */
  drained(amount: number): Promise<void> {
    return this.#waiters.wait(amount);
  }

  #settle(number: number, mark: Mark | undefined): number {
    const publish = this.#waiting.get(number);
    if (!publish) return 0;
    this.#waiting.delete(number);
    this.#bytes -= publish.payload.length + OVERHEAD;
    publish.resolve(mark);
    this.#waiters.wake();
    return publish.terms.count;
  }
}
