// Up to so many bytes a plain loop is faster than what it takes to look at them as words.
const FEW_BYTES = 96;

/**
 * Takes the mask off a part of a payload, where it lies (RFC 6455 §5.3).
 *
 * @param mask The four bytes of the mask, the first one highest.
 * @param phase Bytes of the payload that came before it, or that number modulo 4.
 */
export function unmask(
  bytes: Uint8Array,
  start: number,
  end: number,
  mask: number,
  phase: number = 0,
): void {
  if (phase & 3) mask = mask << 8 * (phase & 3) | mask >>> 32 - 8 * (phase & 3);
  if (end - start > FEW_BYTES) return unmaskWords(bytes, start, end, mask);
  const first = mask >>> 24;
  const second = mask >>> 16 & 255;
  const third = mask >>> 8 & 255;
  const fourth = mask & 255;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    (bytes[at] as number) ^= first;
    (bytes[at + 1] as number) ^= second;
    (bytes[at + 2] as number) ^= third;
    (bytes[at + 3] as number) ^= fourth;
  }
  if (at < end) (bytes[at++] as number) ^= first;
  if (at < end) (bytes[at++] as number) ^= second;
  if (at < end) (bytes[at] as number) ^= third;
}

function unmaskWords(bytes: Uint8Array, start: number, end: number, mask: number): void {
  let at = start;
  // Words lie at multiples of four in the memory, wherever the payload begins.
  for (; bytes.byteOffset + at & 3; at++) {
    (bytes[at] as number) ^= mask >>> 24;
    mask = mask << 8 | mask >>> 24;
  }
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, end - at >> 2);
  const word = inMemory(mask);
  for (let index = 0; index < words.length; index++) (words[index] as number) ^= word;
  for (at += 4 * words.length; at < end; at++) {
    (bytes[at] as number) ^= mask >>> 24;
    mask = mask << 8 | mask >>> 24;
  }
}

const pattern = new DataView(new ArrayBuffer(4));
const asWord = new Int32Array(pattern.buffer);

/** The mask as a word of this machine, whichever byte that has first. */
function inMemory(mask: number): number {
  pattern.setInt32(0, mask);
  return asWord[0] as number;
}
