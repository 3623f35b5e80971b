/** So many a second in the long run, and so many at once. */
export interface Rate {
  /** How many may come in a second, also less than one; 0 is no limit. */
  readonly perSecond: number;
  /** How many may come at once after a while without any; at least 1. */
  readonly burst: number;
}

/** The seconds whose amount may come at once where nobody says how much may. */
export const BURST_SECONDS = 5;

/**
 * A bucket that gains tokens at a rate, until it is full. What takes more than there is leaves a debt: so one large
 * amount is let through, and those behind it wait for longer.
 */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  /** The time of that number, in ms. */
  #at: number;

  /**
   * A full one.
   *
   * @param now Milliseconds on a clock that never goes back; so is every `now` of it.
   */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Tokens that are in it; less than 0 where it owes some. */
  level(now: number): number {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) * perSecond / 1_000);
    this.#at = now;
    return this.#tokens;
  }

  /** Takes tokens out, of those that `level` has found. */
  take(amount: number): void {
    this.#tokens -= amount;
  }

  /** Milliseconds until it has a whole token; 0 where it has. */
  untilOne(now: number): number {
    return Math.max(0, (1 - this.level(now)) * 1_000 / this.#rate.perSecond);
  }
}
