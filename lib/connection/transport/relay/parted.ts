import { Batch } from "../../../base/batch.ts";

// Bytes of messages in one frame, unless one message alone has more; and of a piece of one.
const FRAME = 1024 * 1024;

/** A batch in parts that are not too large to be sent at once. */
export function* parted(batch: Batch): Iterable<Batch> {
  if (batch.length <= FRAME) return yield batch;
  let [start, bytes] = [0, 0];
  for (let index = 0; index < batch.size; index++) {
    const length = batch.lengthAt(index);
    if (index > start && bytes + length > FRAME) {
      yield batch.slice(start, index);
      [start, bytes] = [index, 0];
    }
    bytes += length;
  }
  yield batch.slice(start);
}

/**
 * The one message of a batch, or a part of one, in pieces that are not too large to be sent at once: no character of a
 * text is in two of them.
 */
export function* piecesOf(message: Batch): Iterable<Batch> {
  const { binary } = message;
  const bytes = message.bytesAt(0);
  let start = 0;
  do {
    let end = Math.min(start + FRAME, bytes.length);
    // Of a character only the first byte is none of these.
    if (!binary && end < bytes.length) { while (((bytes[end] as number) & 0xc0) === 0x80) end--; }
    yield new Batch(binary, bytes, [start, end]);
    start = end;
  } while (start < bytes.length);
}
