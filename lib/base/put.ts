/** Copies bytes into a buffer; answers where they end there. */
export function put(
  into: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): number {
  // A call costs more than so many bytes.
  if (end - start > 64) {
    into.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    return at + end - start;
  }
  while (start < end) into[at++] = bytes[start++] as number;
  return at;
}
