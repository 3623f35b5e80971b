import { createHash } from "node:crypto";

const DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Rounds where a hash does not say how many. */
export const SHA_ROUNDS = 5_000;

/** The orders in which the bytes of a digest are written, three at a time, the highest first. */
const ORDERS = {
  sha256: [
    [0, 10, 20],
    [21, 1, 11],
    [12, 22, 2],
    [3, 13, 23],
    [24, 4, 14],
    [15, 25, 5],
    [6, 16, 26],
    [27, 7, 17],
    [18, 28, 8],
    [9, 19, 29],
    [31, 30],
  ],
  sha512: [
    [0, 21, 42],
    [22, 43, 1],
    [44, 2, 23],
    [3, 24, 45],
    [25, 46, 4],
    [47, 5, 26],
    [6, 27, 48],
    [28, 49, 7],
    [50, 8, 29],
    [9, 30, 51],
    [31, 52, 10],
    [53, 11, 32],
    [12, 33, 54],
    [34, 55, 13],
    [56, 14, 35],
    [15, 36, 57],
    [37, 58, 16],
    [59, 17, 38],
    [18, 39, 60],
    [40, 61, 19],
    [62, 20, 41],
    [63],
  ],
} as const;

/**
 * Hashes a password by SHA-crypt, as it is written behind the last `$` of a hash (Drepper, “Unix crypt using SHA-256
 * and SHA-512”, 2008; the numbers are of its steps).
 *
 * @param algorithm `sha256` for `$5$`, `sha512` for `$6$`.
 */
export function shaCrypt(
  algorithm: keyof typeof ORDERS,
  password: Uint8Array,
  salt: string,
  rounds: number,
): string {
  const digest = (...parts: readonly (Uint8Array | string)[]) => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  // 4 to 8
  const b = digest(password, salt, password);
  // 9 to 12
  const bits: (Uint8Array | string)[] = [];
  for (let length = password.length; length > 0; length >>= 1) {
    bits.push(length & 1 ? b : password);
  }
  let a = digest(password, salt, stretched(b, password.length), ...bits);
  // 13 to 20
  const p = stretched(digest(...Array(password.length).fill(password)), password.length);
  const s = stretched(digest(...Array(16 + (a[0] ?? 0)).fill(salt)), salt.length);
  // 21
  for (let round = 0; round < rounds; round++) {
    const hash = createHash(algorithm).update(round & 1 ? p : a);
    if (round % 3 !== 0) hash.update(s);
    if (round % 7 !== 0) hash.update(p);
    a = hash.update(round & 1 ? a : p).digest();
  }
  // 22
  return ORDERS[algorithm].map((places) => written(places.map((place) => a[place] ?? 0))).join("");
}

/** Bytes, repeated and cut to a length. */
function stretched(bytes: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length);
  for (let at = 0; at < length; at += bytes.length) {
    all.set(bytes.subarray(0, length - at), at);
  }
  return all;
}

/** Bytes as digits of six bits, the lowest first. */
function written(bytes: readonly number[]): string {
  let bits = bytes.reduce((sum, byte) => (sum << 8) | byte, 0);
  let text = "";
  for (let digits = 0; digits <= bytes.length; digits++) {
    text += DIGITS[bits & 63];
    bits >>= 6;
  }
  return text;
}
