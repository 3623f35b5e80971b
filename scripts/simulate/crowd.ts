import type { Batch } from "../../lib/base/batch.ts";
import type { Member } from "../../lib/contract.ts";

/** Members of a room at one server who get the same: one stands for many. */
export class Crowd implements Member {
  readonly id: string;
  readonly weight: number;
  /** Numbers of the messages that it got, in order. */
  readonly got: number[] = [];
  /** Messages that it was told to have missed; undefined where nobody could say how many. */
  missedCount: number | undefined = 0;
  readonly #delivered: (crowd: Crowd, message: number) => void;

  constructor(id: string, weight: number, delivered: (crowd: Crowd, message: number) => void) {
    this.id = id;
    this.weight = weight;
    this.#delivered = delivered;
  }

  deliver(batch: Batch): void {
    for (let index = 0; index < batch.size; index++) {
      const bytes = batch.bytesAt(index);
      const message = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      this.got.push(message);
      this.#delivered(this, message);
    }
  }

  replay(past: readonly Batch[]): void {
    for (const batch of past) this.deliver(batch);
  }

  missed(count: number | undefined): void {
    if (count === undefined || this.missedCount === undefined) this.missedCount = undefined;
    else this.missedCount += count;
  }
}
