import type { Batch } from "../base/batch.ts";
import { BatchQueue } from "../base/batch_queue.ts";
import { MAX_HISTORY } from "../base/limits.ts";
import type { Mark } from "../base/mark.ts";

// With its frames, where they lie and what keeps them together: 490 bytes were measured for a short message.
const BATCH_OVERHEAD = 448;

/**
 * The last messages of a room, numbered from 1: so many, and no more than 16 MiB.
 *
 * Older ones are forgotten, and their numbers with them.
 */
export class RoomLog {
  readonly #queue = new BatchQueue({ batchOverhead: BATCH_OVERHEAD });
  #next = 1;
  #id: string | undefined;

  /** The number of the next message. */
  get next(): number {
    return this.#next;
  }

  /** The number of the oldest message that is there; {@linkcode next} where there is none. */
  get first(): number {
    return this.last(this.#queue.size)[0]?.mark?.number ?? this.#next;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** Another one than that of any other log, so that numbers of one that is forgotten are not taken for its own. */
  get id(): string {
    return this.#id ??= crypto.getRandomValues(new Uint32Array(1)).join("");
  }

  /** Forgets everything, and goes on at a place of a log that somebody else keeps. */
  begin({ log, number }: Mark): void {
    this.trim(0);
    this.#id = log;
    this.#next = number;
  }

  /** Goes on at a place that somebody else has given; that of another log, or one from before, is a beginning. */
  reach(next: Mark): void {
    if (next.log !== this.#id || next.number < this.#next) this.begin(next);
    this.#next = next.number;
  }

  /**
   * Notes messages that somebody else has numbered, and forgets those that are older than the last `count`. Numbers
   * may jump; who knows that something is missing before them has to forget what was before.
   *
   * @returns The same with their numbers.
   */
  note(batch: Batch, mark: Mark, count: number): Batch {
    this.reach(mark);
    return this.add(batch, count);
  }

  /**
   * Notes messages, and forgets those that are older than the last `count`.
   *
   * @param spare Bytes of memory below which older ones stay as well; default 0.
   * @returns The same with their numbers.
   */
  add(batch: Batch, count: number, spare = 0): Batch {
    const marked = batch.marked({ log: this.id, number: this.#next });
    this.#next += batch.size;
    this.#queue.push(marked);
    this.#forget(count, spare);
    return marked;
  }

  /** Forgets all but the last `count`. */
  trim(count: number): void {
    this.#forget(count, 0);
  }

  #forget(count: number, spare: number): void {
    const queue = this.#queue;
    while (queue.bytes > MAX_HISTORY || (queue.size > count && queue.bytes > spare)) queue.drop();
  }

  /** The last `count`, the oldest of them first. */
  last(count: number): readonly Batch[] {
    return this.#queue.last(count);
  }

  /**
   * How many messages after one that somebody has are forgotten, or undefined where nobody knows.
   *
   * @param seen undefined where it has none of any log.
   */
  missing(seen: Mark | undefined): number | undefined {
    if (seen && seen.log === this.#id) return Math.max(0, this.first - seen.number - 1);
    return this.first === 1 ? 0 : undefined;
  }

  /**
   * The messages for somebody who comes in: the last `count` messages, or of those, what comes after the one that it has.
   *
   * @param seen The last message that it has; undefined where it has none.
   */
  after(seen: Mark | undefined, count: number): readonly Batch[] {
    if (seen === undefined || seen.log !== this.#id) return this.last(count);
    const most = Math.min(count, Math.max(0, this.#next - 1 - seen.number));
    return this.last(most).flatMap((batch) => {
      // Where numbers have jumped, there are fewer.
      const known = Math.max(0, seen.number + 1 - (batch.mark?.number ?? 0));
      return known < batch.size ? [batch.slice(known)] : [];
    });
  }
}
