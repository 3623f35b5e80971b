import type { Batch } from "../base/batch.ts";

/** Puts bytes into a buffer; answers where they end there. */
export function put(
  into: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  // A call costs more than so many bytes.
  if (end - start > 64) {
    into.set(bytes.subarray(start, end), at);
    return at + end - start;
  }
  while (start < end) into[at++] = bytes[start++] as number;
  return at;
}

/** All messages of a batch, each with a byte behind it. */
export function withEnds(batch: Batch, byte: number): Uint8Array {
  const { bytes, spans } = batch;
  const joined = new Uint8Array(batch.length + batch.size);
  let to = 0;
  for (let at = 0; at < spans.length; at += 2) {
    to = put(joined, to, bytes, spans[at] as number, spans[at + 1] as number);
    joined[to++] = byte;
  }
  return joined;
}
