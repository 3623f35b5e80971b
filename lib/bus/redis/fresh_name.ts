const SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A name that nothing else has: so many characters of `a` to `z` and `0` to `9`. */
export function freshName(length: number): string {
  let name = "";
  while (name.length < length) {
    // Of 256 bytes, 252 are seven times all signs.
    const fair = crypto.getRandomValues(new Uint8Array(length)).filter((byte) => byte < 252);
    for (const byte of fair) if (name.length < length) name += SIGNS[byte % 36];
  }
  return name;
}

/** The id of a log that may begin: eight characters are for numbers that begin, four for a part of them. */
export function freshLog(): string {
  return freshName(12);
}
