import type { TokenBucket } from "../../base/token_bucket.ts";
import { AddressRates } from "../entry/address_rates.ts";
import type { FailureBook, LookedAt } from "./failure_book.ts";
import { PasswordLine } from "./password_line.ts";

// So many wrong passwords and tokens of an address are nothing but wrong, and one in two seconds beyond.
const RATE = { perSecond: 0.5, burst: 10 };

// Longest wait of a password for its turn, in ms: others of its address wait, too.
const MOST_WAIT = 4_000;

/**
 * Wrong passwords and tokens of each address. One that has sent many has to wait: whoever guesses gets nowhere, and
 * others behind the same address get their turn all the same.
 */
export class FailureCounts implements FailureBook {
  readonly #rates = new AddressRates(RATE);
  /** Of addresses with passwords that are looked at, or wait for that. */
  readonly #lines = new Map<string, PasswordLine>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  async enter(key: string, left: AbortSignal): Promise<LookedAt | number> {
    const line = this.#lineOf(key);
    const isLate = !line.isFree;
    const wait = await line.enter(left);
    if (wait > 0) {
      this.#forget(key, line);
      return wait;
    }
    const leave = (wasWrong: boolean) => {
      line.leave(wasWrong);
      this.#forget(key, line);
    };
    return {
      right: () => leave(false),
      wrong: () => {
        leave(true);
        return isLate ? this.#bucketOf(key).untilOne(this.#now()) : undefined;
      },
    };
  }

  add(key: string): number {
    return this.#rates.take(key, this.#now());
  }

  #bucketOf(key: string): TokenBucket {
    return this.#rates.bucketOf(key, this.#now());
  }

  #lineOf(key: string): PasswordLine {
    const known = this.#lines.get(key);
    if (known) return known;
    const line = new PasswordLine({
      bucket: () => this.#bucketOf(key),
      now: this.#now,
      msEach: 1_000 / RATE.perSecond,
      most: MOST_WAIT,
    });
    this.#lines.set(key, line);
    return line;
  }

  #forget(key: string, line: PasswordLine): void {
    if (line.isEmpty) this.#lines.delete(key);
  }
}
