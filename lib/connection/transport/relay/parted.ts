import type { Batch } from "../../../base/batch.ts";

// Bytes of messages in one frame, unless one message alone has more.
const MOST_AT_ONCE = 1024 * 1024;

/** A batch in parts that are not too large to be sent at once. */
export function* parted(batch: Batch): Iterable<Batch> {
  if (batch.length <= MOST_AT_ONCE) return yield batch;
  let [start, bytes] = [0, 0];
  for (let index = 0; index < batch.size; index++) {
    const length = batch.lengthAt(index);
    if (index > start && bytes + length > MOST_AT_ONCE) {
      yield batch.slice(start, index);
      [start, bytes] = [index, 0];
    }
    bytes += length;
  }
  yield batch.slice(start);
}
