/** The time in which a password is looked at; to be ended by one of its methods. */
export interface LookedAt {
  /** Gives it back: the password was right, or nobody could say. */
  right(): void;
  /**
   * Counts it: the password was wrong.
   *
   * @returns Where that was one too many, the milliseconds until another one may be looked at.
   */
  wrong(): number | undefined | Promise<number | undefined>;
}

/** Counts wrong passwords and tokens, of each address for itself; of all servers that are one together. */
export interface FailureBook {
  /**
   * Waits until a password may be looked at: not at all where few of its address are looked at, or were wrong.
   *
   * @param key The name of its address; see `addressKey`.
   * @param left Aborts when nobody waits any more.
   * @returns The milliseconds until it might be, where that is too long to wait, or too many do.
   */
  enter(key: string, left: AbortSignal): Promise<LookedAt | number>;
  /**
   * Counts a wrong token.
   *
   * @returns Where that was one too many, the milliseconds until it would not have been; otherwise 0.
   */
  add(key: string): number | Promise<number>;
}
