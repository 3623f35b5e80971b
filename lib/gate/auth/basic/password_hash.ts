/** The hash of a password in a file, of a kind that can be verified. */
export interface PasswordHash {
  readonly scheme: "bcrypt" | "sha256" | "sha512";
  /** The whole of it. */
  readonly text: string;
}

// What is more takes longer than 2 s, and anybody may ask for it.
const MOST_COST = 14;
const MOST_ROUNDS = 200_000;

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const SHA =
  /^\$([56])\$(?:rounds=(\d+)\$)?[^$:\s]{0,16}\$(?:(?<=^\$5.*)[./A-Za-z0-9]{43}|(?<=^\$6.*)[./A-Za-z0-9]{86})$/;

const OTHERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\$(?:apr1|1)\$/, "it is hashed by MD5, as htpasswd does unless it is told otherwise"],
  [/^\{SHA\}/, "it is hashed by SHA-1 without a salt"],
  [/^\$2/, "it is a hash of bcrypt that is not whole"],
  [/^\$[56]\$/, "it is a hash of SHA-crypt that is not whole"],
  [/^(?:\$|\{)/, "it is hashed in a way that is not known here"],
  [/^[./A-Za-z0-9]{13}$/, "it is hashed by the crypt of old, or not at all"],
];

/**
 * Reads the hash of a password as `htpasswd -B`, `-2` and `-5` write it.
 *
 * @throws {Error} If it is another one: the message does not contain it.
 */
export function parsePasswordHash(text: string): PasswordHash {
  const [, cost] = BCRYPT.exec(text) ?? [];
  if (cost !== undefined) {
    if (Number(cost) < 4 || Number(cost) > MOST_COST) {
      throw new Error(`the cost of its hash is ${Number(cost)}, and 4 to ${MOST_COST} are taken`);
    }
    return { scheme: "bcrypt", text };
  }
  const [, kind, rounds = "0"] = SHA.exec(text) ?? [];
  if (kind !== undefined) {
    if (Number(rounds) > MOST_ROUNDS) {
      throw new Error(`its hash has ${rounds} rounds, and ${MOST_ROUNDS} are the most`);
    }
    return { scheme: kind === "5" ? "sha256" : "sha512", text };
  }
  const [, why = "it is not hashed"] = OTHERS.find(([pattern]) => pattern.test(text)) ?? [];
  throw new Error(why);
}
