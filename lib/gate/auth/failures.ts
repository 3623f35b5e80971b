import { LimitError } from "../../base/errors.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Place } from "../../contract.ts";
import { addressKey } from "../entry/address_key.ts";
import type { FailureBook } from "./failure_book.ts";
import { FailureCounts } from "./failure_counts.ts";

/** The time in which the password of a client is looked at; to be ended by one of its methods. */
export interface Turn {
  /** Gives it back: the password was right, or nobody could say. */
  right(): void;
  /**
   * Counts it: the password was wrong.
   *
   * @throws {LimitError} If that is one too many (429).
   */
  wrong(): Promise<void>;
}

type Client = Pick<IncomingRequest, "remote">;
type Asking = Pick<Place, "left" | "meter">;

/** Wrong passwords and tokens of clients, by their addresses, of IPv6 by networks of /64. */
export class Failures {
  readonly #book: FailureBook;

  /** @param book Counts them; default: those of this server alone. */
  constructor(book: FailureBook = new FailureCounts()) {
    this.#book = book;
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
    const turn = await this.#book.enter(key, left);
    if (typeof turn === "number") throw tooMany(turn, meter);
    return {
      right: () => turn.right(),
      async wrong() {
        const wait = await turn.wrong();
        if (wait !== undefined) throw tooMany(wait, meter);
      },
    };
  }

  /**
   * Counts a wrong token of a client.
   *
   * @throws {LimitError} If that is one too many (429).
   */
  async add({ remote }: Client, { meter }: Asking): Promise<void> {
    const key = addressKey(remote.address);
    if (key === undefined) return;
    const wait = await this.#book.add(key);
    if (wait > 0) throw tooMany(wait, meter);
  }
}

function tooMany(wait: number, meter: Asking["meter"]): LimitError {
  meter.limited("auth");
  return new LimitError("auth", "Too many wrong passwords or tokens of one address (auth)", {
    status: 429,
    seconds: Math.ceil(wait / 1_000),
  });
}
