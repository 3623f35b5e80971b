import { LimitError } from "../../base/errors.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { TokenBucket } from "../../base/token_bucket.ts";
import type { Place } from "../../contract.ts";
import { addressKey } from "../entry/address_key.ts";
import { AddressRates } from "../entry/address_rates.ts";
import { PasswordLine } from "./password_line.ts";

// So many wrong passwords and tokens of an address are nothing but wrong, and one in two seconds beyond.
const RATE = { perSecond: 0.5, burst: 10 };

// Longest wait of a password for its turn, in ms: others of its address wait, too.
const MOST_WAIT = 4_000;

/** The time in which the password of a client is looked at; to be ended by one of its methods. */
export interface Turn {
  /** Gives it back: the password was right, or nobody could say. */
  right(): void;
  /**
   * Counts it: the password was wrong.
   *
   * @throws {LimitError} If that is one too many (429).
   */
  wrong(): void;
}

type Client = Pick<IncomingRequest, "remote">;
type Asking = Pick<Place, "left" | "meter">;

/**
 * Wrong passwords and tokens of each address, IPv6 by networks of /64. One that has sent many has to wait: whoever
 * guesses gets nowhere, and others behind the same address get their turn all the same.
 */
export class Failures {
  readonly #rates = new AddressRates(RATE);
  /** Of addresses with passwords that are looked at, or wait for that. */
  readonly #lines = new Map<string, PasswordLine>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Waits until the password of a client may be looked at: not at all where few of its address are looked at, or were
   * wrong.
   *
   * @throws {LimitError} If too many of the address wait before it (429).
   */
  async turn({ remote }: Client, { left, meter }: Asking): Promise<Turn | undefined> {
    const key = addressKey(remote.address);
    if (key === undefined) return undefined;
    const line = this.#lineOf(key);
    const isLate = !line.isFree;
    const wait = await line.enter(left);
    if (wait > 0) {
      this.#forget(key, line);
      throw tooMany(wait, meter);
    }
    const leave = (wasWrong: boolean) => {
      line.leave(wasWrong);
      this.#forget(key, line);
    };
    return {
      right: () => leave(false),
      wrong: () => {
        leave(true);
        if (isLate) throw tooMany(this.#bucketOf(key).untilOne(this.#now()), meter);
      },
    };
  }

  /**
   * Counts a wrong token of a client.
   *
   * @throws {LimitError} If that is one too many (429).
   */
  add({ remote }: Client, { meter }: Asking): void {
    const key = addressKey(remote.address);
    if (key === undefined) return;
    const wait = this.#rates.take(key, this.#now());
    if (wait > 0) throw tooMany(wait, meter);
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

function tooMany(wait: number, meter: Asking["meter"]): LimitError {
  meter.limited("auth");
  return new LimitError("auth", "Too many wrong passwords or tokens of one address (auth)", {
    status: 429,
    seconds: Math.ceil(wait / 1_000),
  });
}
