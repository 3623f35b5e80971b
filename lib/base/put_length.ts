/** Puts the length of an unmasked frame's payload behind the first byte of its head; answers where it ends. */
export function putLength(into: Uint8Array, at: number, length: number): number {
  if (length < 126) {
    into[at] = length;
    return at + 1;
  }
  if (length < 65_536) {
    into[at] = 126;
    into[at + 1] = length >> 8;
    into[at + 2] = length & 255;
    return at + 3;
  }
  into[at] = 127;
  new DataView(into.buffer, into.byteOffset + at + 1).setBigUint64(0, BigInt(length));
  return at + 9;
}
