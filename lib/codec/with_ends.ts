import type { Batch } from "../base/batch.ts";
import { put } from "../base/put.ts";

/** All messages of a batch, each with a byte behind it. */
export function withEnds(batch: Batch, byte: number): Uint8Array {
  const { bytes, spans } = batch;
  if (batch.owned && batch.size === 1) return inPlace(batch.bytesAt(0), byte);
  const joined = new Uint8Array(batch.length + batch.size);
  let to = 0;
  for (let at = 0; at < spans.length; at += 2) {
    to = put(joined, to, bytes, spans[at] as number, spans[at + 1] as number);
    joined[to++] = byte;
  }
  return joined;
}

/** Puts a byte behind a message whose buffer is its own and has room for it. */
function inPlace({ buffer, byteOffset, length }: Uint8Array, byte: number): Uint8Array {
  const ended = new Uint8Array(buffer, byteOffset, length + 1);
  ended[length] = byte;
  return ended;
}
