import { isUtf8 } from "node:buffer";
import { Batch } from "../../../base/batch.ts";
import type { Mark } from "../../../base/mark.ts";
import { put } from "../../../base/put.ts";
import { putNumber, RelayError, type RelayReader } from "./relay_frame.ts";

const BINARY = 1;
const MARKED = 2;

// What a number can need.
const WIDEST = 8;

const MOST_LOG = 64;

const encoder = new TextEncoder();

/** A batch as servers send it to each other, in memory of its own. */
export function batchWords(batch: Batch): Uint8Array {
  const { bytes, spans, size, mark } = batch;
  const log = mark ? encoder.encode(mark.log) : undefined;
  const most = batch.length + (size + 4) * WIDEST + (log?.length ?? 0);
  const words = new Uint8Array(most);
  words[0] = (batch.binary ? BINARY : 0) | (mark ? MARKED : 0);
  let to = 1;
  if (mark && log) {
    to = putNumber(words, to, log.length);
    to = put(words, to, log);
    to = putNumber(words, to, mark.number);
  }
  to = putNumber(words, to, size);
  for (let index = 0; index < size; index++) to = putNumber(words, to, batch.lengthAt(index));
  for (let at = 0; at < spans.length; at += 2) {
    to = put(words, to, bytes, spans[at] as number, spans[at + 1] as number);
  }
  return words.subarray(0, to);
}

/**
 * Reads a batch, to the end of its frame. Its memory is that of the frame.
 *
 * @throws {RelayError} If it is none, or its text is no UTF-8.
 */
export function readBatch(reader: RelayReader): Batch {
  const [flags = 255] = reader.bytes(1);
  if (flags > (BINARY | MARKED)) throw new RelayError("A batch is of an unknown kind");
  const mark: Mark | undefined = flags & MARKED
    ? { log: reader.text(MOST_LOG), number: reader.number() }
    : undefined;
  const size = reader.number();
  const spans: number[] = [];
  let end = 0;
  // Each length has a byte at least, so that this ends where there are fewer.
  for (let index = 0; index < size; index++) {
    const start = end;
    end += reader.number();
    spans.push(start, end);
  }
  const bytes = reader.bytes(end);
  reader.end();
  const binary = (flags & BINARY) !== 0;
  if (!binary) expectText(bytes, spans);
  const batch = new Batch(binary, bytes, spans);
  return mark ? batch.marked(mark) : batch;
}

/** Checks that each message is text: all of it is, and none begins in the middle of a character. */
function expectText(bytes: Uint8Array, spans: readonly number[]): void {
  for (let at = 0; at < spans.length; at += 2) {
    const first = bytes[spans[at] as number] ?? 0;
    if ((first & 0xc0) === 0x80) throw new RelayError("A message begins within a character");
  }
  if (!isUtf8(bytes)) throw new RelayError("A message is no UTF-8");
}
