import type { Batch } from "../base/batch.ts";
import { BatchQueue } from "../base/batch_queue.ts";
import { MAX_HISTORY } from "../base/limits.ts";

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

  /** Notes messages, and forgets those that are older than the last `count`. */
  add(batch: Batch, count: number): void {
    this.#next += batch.size;
    this.#queue.push(batch);
    this.trim(count);
  }

  /** Forgets all but the last `count`. */
  trim(count: number): void {
    while (this.#queue.size > count || this.bytes > MAX_HISTORY) this.#queue.drop();
  }

  /** The last `count`, the oldest of them first. */
  last(count: number): readonly Batch[] {
    return this.#queue.last(count);
  }

  /** The messages after the one of a number; all that are there, where that one is forgotten. */
  after(number: number): readonly Batch[] {
    return this.last(Math.max(0, this.#next - 1 - number));
  }
}
