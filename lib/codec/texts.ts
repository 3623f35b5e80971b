import { isUtf8 } from "node:buffer";
import { Batch } from "../base/batch.ts";

const encoder = new TextEncoder();
// A byte order mark is part of what the program wrote.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of bytes; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Messages of text as they lie in a buffer, which a program wrote and nobody has checked yet.
 *
 * @param spans Start and end of each, one pair behind the other, in ascending order; at least one.
 * @returns The same; where they are not UTF-8, a copy in which that became U+FFFD.
 */
export function checkedBatch(bytes: Uint8Array, spans: readonly number[]): Batch {
  // Nearly always all of it is right, which is found out in one go: a fiftieth of what a look at each costs.
  if (isUtf8(bytes.subarray(spans[0], spans[spans.length - 1]))) {
    return new Batch(false, bytes, spans);
  }
  const texts: string[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    texts.push(textOf(bytes.subarray(spans[at], spans[at + 1])));
  }
  return batchOf(texts);
}

/** A batch of texts. */
export function batchOf(texts: readonly string[]): Batch {
  const bytes = encoder.encode(texts.join(""));
  const spans: number[] = [];
  let start = 0;
  for (const text of texts) {
    const end = start + byteLength(text, bytes, start);
    spans.push(start, end);
    start = end;
  }
  return new Batch(false, bytes, spans);
}

/** Bytes of a text that begins at `start`. */
function byteLength(text: string, bytes: Uint8Array, start: number): number {
  let at = start;
  for (let unit = 0; unit < text.length; unit++) {
    const byte = bytes[at] as number;
    at += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    // Four bytes stand for two units of UTF-16.
    if (byte >= 0xf0) unit++;
  }
  return at - start;
}
