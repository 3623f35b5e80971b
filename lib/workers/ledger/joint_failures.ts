import { messageOf } from "../../base/errors.ts";
import { Log } from "../../base/log.ts";
import { Seldom } from "../../base/seldom.ts";
import type { FailureBook, LookedAt } from "../../gate/auth/failure_book.ts";
import { FailureCounts } from "../../gate/auth/failure_counts.ts";
import type { Calls } from "../calls.ts";
import type { FailureAsked } from "./failure_desk.ts";

const log = new Log();

/**
 * Wrong passwords and tokens of all workers, which the ledger counts. Where that does not answer, this worker counts
 * them by itself: so nobody is kept out who has a right one, and nobody may guess without end.
 */
export class JointFailures implements FailureBook {
  readonly #calls: Pick<Calls, "ask" | "tell">;
  readonly #own = new FailureCounts();
  readonly #seldom = new Seldom();
  #last = 0;

  /** @param calls The way to the ledger. */
  constructor(calls: Pick<Calls, "ask" | "tell">) {
    this.#calls = calls;
  }

  async enter(key: string, left: AbortSignal): Promise<LookedAt | number> {
    const number = ++this.#last;
    const leave = () => this.#calls.tell("failure.leave", number);
    left.addEventListener("abort", leave, { once: true });
    const late = (wait: unknown) => wait === 0 && this.#calls.tell("failure.right", number);
    let wait;
    try {
      const asked: FailureAsked = { number, key };
      const asking = this.#calls.ask("failure.enter", asked, { late });
      if (left.aborted) leave();
      wait = Number(await asking);
    } catch (error) {
      leave();
      this.#alone(error);
      return await this.#own.enter(key, left);
    } finally {
      left.removeEventListener("abort", leave);
    }
    if (wait > 0) return wait;
    return {
      right: () => this.#calls.tell("failure.right", number),
      wrong: async () => {
        try {
          return await this.#calls.ask("failure.wrong", number) as number | null ?? undefined;
        } catch (error) {
          // It is counted as soon as that goes on.
          this.#alone(error);
          return undefined;
        }
      },
    };
  }

  async add(key: string): Promise<number> {
    try {
      return Number(await this.#calls.ask("failure.add", key));
    } catch (error) {
      this.#alone(error);
      return this.#own.add(key);
    }
  }

  #alone(error: unknown): void {
    this.#seldom.tell(() => {
      const why = messageOf(error);
      log.error("server", `Wrong passwords are counted by this worker alone: ${why}`);
    });
  }
}
