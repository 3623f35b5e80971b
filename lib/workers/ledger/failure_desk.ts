import type { LookedAt } from "../../gate/auth/failure_book.ts";
import { FailureCounts } from "../../gate/auth/failure_counts.ts";
import type { Answers } from "../calls.ts";

/** A question whether a password may be looked at. */
export interface FailureAsked {
  /** The name of it, of the worker's choosing. */
  readonly number: number;
  /** The name of its address. */
  readonly key: string;
}

/** Counts wrong passwords and tokens of all workers: they stand in one line for each address. */
export class FailureDesk {
  readonly #counts: FailureCounts;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now?: () => number) {
    this.#counts = new FailureCounts(now);
  }

  /** Takes a worker in: what it may ask; and `left`, to be called when it has gone. */
  join(): { readonly answers: Answers; left(): void } {
    const waiting = new Map<number, AbortController>();
    const lookedAt = new Map<number, LookedAt>();
    let isGone = false;
    const take = (number: number) => {
      const turn = lookedAt.get(number);
      lookedAt.delete(number);
      return turn;
    };
    return {
      answers: {
        // 0 is the turn; otherwise, milliseconds.
        "failure.enter": async ({ number, key }: FailureAsked): Promise<number> => {
          const leaving = new AbortController();
          waiting.set(number, leaving);
          const turn = await this.#counts.enter(key, leaving.signal);
          waiting.delete(number);
          if (typeof turn === "number") return turn;
          if (isGone) turn.right();
          else lookedAt.set(number, turn);
          return 0;
        },
        "failure.leave": (number: number) => waiting.get(number)?.abort(),
        "failure.right": (number: number) => take(number)?.right(),
        "failure.wrong": (number: number) => take(number)?.wrong(),
        "failure.add": (key: string) => this.#counts.add(key),
      },
      left() {
        isGone = true;
        for (const leaving of waiting.values()) leaving.abort();
        // Nobody has heard what they were: that is no guess.
        for (const number of [...lookedAt.keys()]) take(number)?.right();
      },
    };
  }
}
