/** Whole numbers below a bound that look random, and are the same each time for a seed (mulberry32). */
export type Random = (bound: number) => number;

/** The numbers of a seed. */
export function numbers(seed: number): Random {
  return (bound) => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) % bound;
  };
}

/** One of some. */
export function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[random(values.length)] as T;
}

/** So many bytes. */
export function bytesFrom(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = random(256);
  return bytes;
}
