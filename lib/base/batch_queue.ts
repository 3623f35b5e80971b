import type { Batch } from "./batch.ts";

// What a message costs beside its data, so that empty ones are bounded as well.
const OVERHEAD = 64;

/** Options of {@linkcode BatchQueue}. */
export interface BatchQueueOptions {
  /** Bytes that a batch costs beside its messages, where nobody else has it; default 0. */
  readonly batchOverhead?: number;
}

/** Batches in their order, of which the oldest messages can be taken away one by one. */
export class BatchQueue {
  #batches: Batch[] = [];
  /** Index of the oldest batch, and how many of its messages are gone. */
  #first = 0;
  #gone = 0;
  #size = 0;
  #bytes = 0;
  readonly #batchOverhead: number;

  constructor({ batchOverhead = 0 }: BatchQueueOptions = {}) {
    this.#batchOverhead = batchOverhead;
  }

  /** Number of messages. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of the messages' data and of what each costs beside it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds messages behind all others; they have memory of their own from now on. */
  push(batch: Batch): void {
    if (batch.size === 0) return;
    // Before it is counted: a text is longer in bytes than in characters, and it is bytes that go.
    void batch.bytes;
    this.#batches.push(batch.keep());
    this.#size += batch.size;
    this.#bytes += this.#costOf(batch);
  }

  /** Takes out the oldest messages that came together; undefined where there are none. */
  shift(): Batch | undefined {
    if (this.#size === 0) return undefined;
    const batch = this.#oldest.slice(this.#gone);
    this.#size -= batch.size;
    this.#bytes -= this.#costOf(batch);
    this.#next();
    return batch;
  }

  /** Drops the oldest message, and tells how many bytes it had. */
  drop(): number {
    if (this.#size === 0) return 0;
    const batch = this.#oldest;
    const length = batch.lengthAt(this.#gone);
    this.#size--;
    this.#bytes -= length + OVERHEAD;
    if (++this.#gone === batch.size) {
      this.#bytes -= this.#batchOverhead;
      this.#next();
    }
    return length;
  }

  /** The last so many messages, the oldest of them first. */
  last(count: number): Batch[] {
    const found: Batch[] = [];
    let wanted = Math.min(count, this.#size);
    for (let at = this.#batches.length - 1; wanted > 0; at--) {
      const batch = this.#batches[at] as Batch;
      // Not more than there are: of the oldest, some are gone.
      const some = batch.slice(Math.max(0, batch.size - wanted));
      wanted -= some.size;
      found.push(some);
    }
    return found.reverse();
  }

  get #oldest(): Batch {
    return this.#batches[this.#first] as Batch;
  }

  #costOf(batch: Batch): number {
    return batch.length + OVERHEAD * batch.size + this.#batchOverhead;
  }

  #next(): void {
    this.#gone = 0;
    if (++this.#first === this.#batches.length) {
      this.#batches = [];
      this.#first = 0;
    } else if (this.#first >= 1024 && 2 * this.#first >= this.#batches.length) {
      // Only now and then, because it moves all that is left.
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    } else {
      // It may be large, and nobody wants it any more.
      this.#batches[this.#first - 1] = NONE;
    }
  }
}

const NONE = { size: 0 } as Batch;
