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
    return this.#next - this.#queue.size;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** Another one than that of any other log, so that numbers of one that is forgotten are not taken for its own. */
  get id(): string {
    return this.#id ??= crypto.getRandomValues(new Uint32Array(1)).join("");
  }

  /**
   * Notes messages, and forgets those that are older than the last `count`.
   *
   * @returns The same with their numbers.
   */
  add(batch: Batch, count: number): Batch {
    const marked = batch.marked({ log: this.id, number: this.#next });
    this.#next += batch.size;
    this.#queue.push(marked);
    this.trim(count);
    return marked;
  }

  /** Forgets all but the last `count`. */
  trim(count: number): void {
    while (this.#queue.size > count || this.bytes > MAX_HISTORY) this.#queue.drop();
  }

  /** The last `count`, the oldest of them first. */
  last(count: number): readonly Batch[] {
    return this.#queue.last(count);
  }

  /**
   * The messages for somebody who comes in: the last `count` messages, or of those, what comes after the one that it has.
   *
   * @param seen The last message that it has; undefined where it has none.
   */
  after(seen: Mark | undefined, count: number): readonly Batch[] {
    const isOurs = seen?.log === this.#id && seen !== undefined;
    return this.last(isOurs ? Math.min(count, Math.max(0, this.#next - 1 - seen.number)) : count);
  }
}
