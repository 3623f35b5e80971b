import type { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";

/** Options of {@linkcode KnownPasswords}. */
export interface KnownPasswordsOptions {
  /** Milliseconds for which one is remembered after it was last used; default 5 min. */
  readonly ms?: number;
  /** The most that are remembered; default 1,000. */
  readonly most?: number;
  /** Milliseconds of a clock. */
  readonly now?: () => number;
}

/**
 * Passwords that were found right lately: a browser sends its own with every request. Nothing is kept of them but
 * what they give with a key of this process.
 */
export class KnownPasswords {
  readonly #key = randomBytes(32);
  /** Until when they are remembered; those that were used first are in front. */
  readonly #until = new Map<string, number>();
  readonly #ms: number;
  readonly #most: number;
  readonly #now: () => number;

  constructor(
    { ms = 300_000, most = 1_000, now = () => performance.now() }: KnownPasswordsOptions = {},
  ) {
    this.#ms = ms;
    this.#most = most;
    this.#now = now;
  }

  /**
   * The mark by which a password is known.
   *
   * @param parts The name, the password and the hash, so that another hash is another mark.
   */
  markOf(...parts: readonly string[]): string {
    return this.#digestOf(parts).toString("base64");
  }

  /** A number for a name, always the same in this process, and known to nobody outside. */
  numberOf(name: string): number {
    return this.#digestOf([name]).readUInt32BE();
  }

  #digestOf(parts: readonly string[]): Buffer {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest();
  }

  /** Whether it was right lately. */
  has(mark: string): boolean {
    return (this.#until.get(mark) ?? -Infinity) > this.#now();
  }

  /** Remembers that it is right. */
  add(mark: string): void {
    this.#until.delete(mark);
    this.#until.set(mark, this.#now() + this.#ms);
    const [oldest] = this.#until.keys();
    if (this.#until.size > this.#most && oldest !== undefined) this.#until.delete(oldest);
  }
}
