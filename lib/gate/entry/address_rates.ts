import { MAX_ADDRESSES } from "../../base/limits.ts";
import { type Rate, TokenBucket } from "../../base/token_bucket.ts";

/**
 * Holds each address to a rate. One whose bucket is full again is forgotten: there are two tables, and when all in
 * the older one must be full, or the younger one is large, that one takes its place. So a million addresses cost
 * no more memory than some, nor any time beyond their own; where they come faster than that, those that came first
 * begin with a full bucket again.
 */
export class AddressRates {
  readonly #rate: Rate;
  readonly #most: number;
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();
  #since = 0;

  /** @param most Addresses in a table. */
  constructor(rate: Rate, most: number = MAX_ADDRESSES) {
    this.#rate = rate;
    this.#most = most;
  }

  /** Number of addresses that are remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Counts one of an address, where it may.
   *
   * @param now Milliseconds on a clock that never goes back.
   * @returns Milliseconds until it may; 0 where it was counted.
   */
  take(address: string, now: number): number {
    const bucket = this.bucketOf(address, now);
    const wait = bucket.untilOne(now);
    if (wait === 0) bucket.take(1);
    return wait;
  }

  /** The bucket of an address, for as long as `now` is the same. */
  bucketOf(address: string, now: number): TokenBucket {
    const { perSecond, burst } = this.#rate;
    if (now - this.#since > 1_000 * burst / perSecond) this.#age(now);
    const young = this.#young.get(address);
    if (young) return young;
    if (this.#young.size >= this.#most) this.#age(now);
    const bucket = this.#old.get(address) ?? new TokenBucket(this.#rate, now);
    this.#old.delete(address);
    this.#young.set(address, bucket);
    return bucket;
  }

  #age(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = now;
  }
}
