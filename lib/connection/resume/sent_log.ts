import type { Batch } from "../../base/batch.ts";
import { BatchQueue } from "../../base/batch_queue.ts";

/** Messages that were sent and are not acknowledged yet, by their numbers. */
export class SentLog {
  readonly #kept = new BatchQueue();
  #sent = 0;

  /** The number of the last message that was sent; 0 before the first. */
  get sent(): number {
    return this.#sent;
  }

  /** The number of the last message that is not kept any more. */
  get forgotten(): number {
    return this.#sent - this.#kept.size;
  }

  /** Bytes of what is kept, with what each message costs beside its data. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** Notes messages that are sent; the batch is kept as it is, so that many sessions can have the same. */
  add(batch: Batch): void {
    // At once in the form in which it goes out: a text would be encoded twice otherwise.
    if (batch.text !== undefined) void batch.frames;
    this.#kept.push(batch);
    this.#sent += batch.size;
  }

  /** Forgets messages up to a number. */
  forget(upTo: number): void {
    while (this.forgotten < upTo && this.#kept.size > 0) this.#kept.drop();
  }

  /**
   * Drops the oldest messages until no more than so many bytes are kept, or the last message alone.
   *
   * @returns How many were dropped.
   */
  shed(bytes: number): number {
    const before = this.#kept.size;
    while (this.#kept.bytes > bytes && this.#kept.size > 1) this.#kept.drop();
    return before - this.#kept.size;
  }

  /** All that is kept. */
  get rest(): readonly Batch[] {
    return this.#kept.last(this.#kept.size);
  }
}
