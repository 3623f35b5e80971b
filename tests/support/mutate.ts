import { bytesFrom, oneOf, type Random } from "./numbers.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Bytes at which those who count or compare go wrong.
const EDGES = [0, 1, 0x7f, 0x80, 0x81, 0x88, 0xc3, 0xe2, 0xed, 0xf4, 0xfe, 0xff, 10, 13, 32, 34];

/**
 * Breaks bytes in one to four places: one changed, some left out, put in, said again, or nothing after them.
 *
 * @param words Parts that are put in as they are, where the bytes are text.
 */
export function mutate(
  bytes: Uint8Array,
  random: Random,
  words: readonly string[] = [],
): Uint8Array {
  let broken = bytes;
  for (let count = 1 + random(4); count > 0; count--) broken = mutateOnce(broken, random, words);
  return broken;
}

/** The same with text; what is no UTF-8 any more becomes U+FFFD. */
export function mutateText(text: string, random: Random, words: readonly string[]): string {
  return decoder.decode(mutate(encoder.encode(text), random, words));
}

/** Bytes in chunks that are cut at random: of one byte, of a few or of many. */
export function chunksOf(bytes: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const most = oneOf(random, [1, 8, 200]);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random(most);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

function mutateOnce(bytes: Uint8Array, random: Random, words: readonly string[]): Uint8Array {
  const at = random(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random(oneOf(random, [1, 4, 40])));
  const change = random(words.length > 0 ? 9 : 7);
  if (change === 0) return bytes.subarray(0, at);
  if (change === 1) return joined(bytes, at, end, new Uint8Array(0));
  if (change === 2) return joined(bytes, end, end, bytes.subarray(at, end));
  if (change === 3) return joined(bytes, at, at, bytesFrom(random, 1 + random(8)));
  if (change > 6) {
    return joined(bytes, at, random(2) ? at : end, encoder.encode(oneOf(random, words)));
  }
  if (at === bytes.length) return bytes;
  const changed = bytes.slice();
  changed[at] = change === 4
    ? (bytes[at] as number) ^ 1 << random(8)
    : change === 5
    ? oneOf(random, EDGES)
    : random(256);
  return changed;
}

/** Bytes with others in place of some of them. */
function joined(bytes: Uint8Array, start: number, end: number, part: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start + part.length + bytes.length - end);
  whole.set(bytes.subarray(0, start));
  whole.set(part, start);
  whole.set(bytes.subarray(end), start + part.length);
  return whole;
}
