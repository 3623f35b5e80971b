import type { TokenBucket } from "../../base/token_bucket.ts";

// More of one address are sent away at once: whoever comes or goes makes a look at all that wait.
const MOST_WAITING = 128;

/** Somebody whose password is not looked at yet. */
interface Waiting {
  /** The time at which waiting has no use any more, in ms. */
  readonly until: number;
  /** Ends it; `ms` is 0 where it has its turn, and otherwise the milliseconds until it would have it. */
  end(ms: number): void;
}

/** Options of {@linkcode PasswordLine}. */
export interface LineOptions {
  /** The tokens of its address: as many may be looked at as there are, and a wrong one costs its own. */
  bucket(): TokenBucket;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Milliseconds in which a bucket gains a token. */
  readonly msEach: number;
  /** Longest wait, in ms. */
  readonly most: number;
}

/**
 * The line of an address for its passwords. A token is taken before a password is looked at, and comes back where that
 * was right: so no more of them are looked at at once than may be wrong, and those that are right make room for others.
 */
export class PasswordLine {
  readonly #options: LineOptions;
  readonly #waiting = new Set<Waiting>();
  #lookedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Whether nobody has to wait. */
  get isFree(): boolean {
    const { bucket, now } = this.#options;
    return this.#waiting.size === 0 && bucket().untilOne(now()) === 0;
  }

  /** Whether nobody is in it. */
  get isEmpty(): boolean {
    return this.#lookedAt === 0 && this.#waiting.size === 0;
  }

  /**
   * Waits for a turn, which `leave` has to end.
   *
   * @param left Aborts when nobody waits any more.
   * @returns 0, or the milliseconds until there might be one, where that is too long to wait, or too many do.
   */
  async enter(left: AbortSignal): Promise<number> {
    if (this.#waiting.size >= MOST_WAITING) return this.#options.msEach;
    const { promise, resolve } = Promise.withResolvers<number>();
    const waiting = { until: this.#options.now() + this.#options.most, end: resolve };
    this.#waiting.add(waiting);
    const leave = () => {
      if (!this.#waiting.delete(waiting)) return;
      resolve(this.#options.msEach);
      this.#advance();
    };
    this.#advance();
    left.addEventListener("abort", leave, { once: true });
    if (left.aborted) leave();
    try {
      return await promise;
    } finally {
      left.removeEventListener("abort", leave);
    }
  }

  /** Ends a turn. */
  leave(wasWrong: boolean): void {
    this.#lookedAt--;
    if (!wasWrong) this.#options.bucket().take(-1);
    this.#advance();
  }

  /** Gives turns to as many as there are tokens, and sends those away who would wait in vain. */
  #advance(): void {
    const { msEach } = this.#options;
    const now = this.#options.now();
    const bucket = this.#options.bucket();
    let wait = bucket.untilOne(now);
    for (const waiting of this.#waiting) {
      if (wait === 0) {
        bucket.take(1);
        this.#lookedAt++;
        this.#end(waiting, 0);
        wait = bucket.untilOne(now);
        continue;
      }
      // Those that are looked at may be right, and make room at once.
      const least = this.#lookedAt > 0 ? 0 : Math.floor(wait);
      if (now + least > waiting.until) this.#end(waiting, wait);
      else wait += msEach;
    }
    clearTimeout(this.#timer);
    const [first] = this.#waiting;
    if (!first) return;
    const next = Math.min(bucket.untilOne(now), first.until - now);
    this.#timer = setTimeout(() => this.#advance(), Math.max(1, Math.ceil(next)));
  }

  #end(waiting: Waiting, ms: number): void {
    this.#waiting.delete(waiting);
    waiting.end(ms);
  }
}
