/** Units of a size, each with its bytes, as options have them. */
export const SIZES = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const;

/** A size in bytes in the largest unit in which it is a whole number: `64M`. */
export function sizeText(bytes: number): string {
  if (bytes === 0) return "0";
  const [unit, size] = Object.entries(SIZES).findLast(([, size]) => bytes % size === 0) ?? ["", 1];
  return `${bytes / size}${unit}`;
}
