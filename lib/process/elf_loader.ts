const LOADER = 3;

/**
 * The loader that a program in ELF names (System V ABI, chapter 5), where that is in its beginning: the C library
 * that it uses has its own one. A program without is linked statically.
 */
export function elfLoader(head: Uint8Array): string | undefined {
  if (head.length < 64) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = head[5] === 1;
  const wide = head[4] === 2;
  const word = (offset: number) =>
    wide ? Number(view.getBigUint64(offset, little)) : view.getUint32(offset, little);
  const table = word(wide ? 32 : 28);
  const [size, count] = [0, 2].map((at) => view.getUint16((wide ? 54 : 42) + at, little));
  for (let index = 0; index < (count ?? 0); index++) {
    const entry = table + index * (size ?? 0);
    if (entry + 56 > head.length) return undefined;
    if (view.getUint32(entry, little) !== LOADER) continue;
    const start = word(entry + (wide ? 8 : 4));
    const end = start + word(entry + (wide ? 32 : 16)) - 1;
    if (end > head.length) return undefined;
    return new TextDecoder().decode(head.subarray(start, end)).split("\0", 1)[0];
  }
  return undefined;
}
