import type { Batch } from "../base/batch.ts";
import { put } from "../base/put.ts";

/** All messages of a batch, each with a byte behind it. */
export function withEnds(batch: Batch, byte: number): Uint8Array {
  const inPlace = batch.ended(byte);
  if (inPlace) return inPlace;
  const { bytes, spans } = batch;
  const joined = new Uint8Array(batch.length + batch.size);
  let to = 0;
  for (let at = 0; at < spans.length; at += 2) {
    to = put(joined, to, bytes, spans[at] as number, spans[at + 1] as number);
    joined[to++] = byte;
  }
  return joined;
}
