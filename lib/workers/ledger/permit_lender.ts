import { type Permit, Permits } from "../../base/permits.ts";
import type { Answers, Calls } from "../calls.ts";

// Milliseconds until the permits of a worker that was killed are given to others: its watchdog ends its programs.
const PROGRAMS_END = 2_000;

// Milliseconds that a worker may take to give one back.
const RECALL = 1_000;

/**
 * The use of a permit: a process that `runs`; one that `waits` for a client, and gives way to those; or none yet, which
 * gives way to both.
 */
export type PermitUse = "runs" | "waits" | "at hand";

/** A question for a permit. */
export interface PermitAsked {
  /** The name of it, of the worker's choosing. */
  readonly number: number;
  readonly use: PermitUse;
  /** Most permits of all workers, as this one was told; another one may know of a change already. */
  readonly limit: number;
  /** Whether all who can are to give way, as for a process that runs. */
  readonly mustHave: boolean;
}

/** A worker. */
interface Borrower {
  readonly calls: Pick<Calls, "ask">;
  /** Loans that it has, by number. */
  readonly loans: Map<number, Loan>;
  isGone: boolean;
}

/** A permit that a worker has. */
interface Loan {
  readonly by: Borrower;
  readonly number: number;
  readonly permit: Permit;
}

/** Lends the permits of a server to its workers: never more than there are, and none is refused while one is spare. */
export class PermitLender implements Disposable {
  readonly #permits = new Permits(0);
  /** Loans that give way, by their uses, the oldest first. */
  readonly #spare = { "at hand": new Set<Loan>(), waits: new Set<Loan>() };
  readonly #ending = new Set<ReturnType<typeof setTimeout>>();
  #isEnded = false;

  /** Permits that are taken, by whomever. */
  get taken(): number {
    return this.#permits.taken;
  }

  /**
   * Takes a worker in.
   *
   * @param calls The way to it.
   * @returns What it may ask; and `left`, to be called when it has gone.
   */
  join(calls: Pick<Calls, "ask">): { readonly answers: Answers; left(): void } {
    const by: Borrower = { calls, loans: new Map(), isGone: false };
    const known = (number: number, act: (loan: Loan) => void) => {
      // Otherwise it was given back before.
      const loan = by.loans.get(number);
      if (loan) act(loan);
    };
    return {
      answers: {
        "permit.take": (asked: PermitAsked) => this.#take(by, asked),
        "permit.claim": (number: number) => known(number, (loan) => this.#use(loan, "runs")),
        "permit.waits": (number: number) => known(number, (loan) => this.#use(loan, "waits")),
        "permit.back": (number: number) => known(number, (loan) => this.#release(loan)),
      },
      left: () => this.#left(by),
    };
  }

  [Symbol.dispose](): void {
    this.#isEnded = true;
    for (const timer of this.#ending) clearTimeout(timer);
  }

  async #take(by: Borrower, { number, use, limit, mustHave }: PermitAsked): Promise<boolean> {
    while (this.taken >= limit) {
      const [atHand] = this.#spare["at hand"];
      const [waits] = this.#spare.waits;
      const loan = mustHave ? atHand ?? waits : use === "waits" ? atHand : undefined;
      if (!loan) return false;
      await this.#recall(loan);
    }
    const permit = by.isGone ? undefined : this.#permits.take();
    if (!permit) return false;
    const loan: Loan = { by, number, permit };
    by.loans.set(number, loan);
    this.#use(loan, use);
    return true;
  }

  /** Asks for one that gives way. */
  async #recall(loan: Loan): Promise<void> {
    this.#use(loan, "runs");
    const given = (isGiven: unknown) => isGiven && this.#release(loan);
    try {
      given(await loan.by.calls.ask("permit.recall", loan.number, { ms: RECALL, late: given }));
    } catch {
      // Who does not answer has none to give, and is told of by whoever watches it.
    }
  }

  #use(loan: Loan, use: PermitUse): void {
    for (const spare of Object.values(this.#spare)) spare.delete(loan);
    if (use !== "runs") this.#spare[use].add(loan);
  }

  #release(loan: Loan): void {
    const { by, number, permit } = loan;
    this.#use(loan, "runs");
    by.loans.delete(number);
    permit[Symbol.dispose]();
  }

  #left(by: Borrower): void {
    by.isGone = true;
    // Of those there is no program.
    for (const loan of this.#spare["at hand"]) if (loan.by === by) this.#release(loan);
    const loans = [...by.loans.values()];
    for (const loan of loans) this.#use(loan, "runs");
    if (this.#isEnded) return;
    const timer = setTimeout(() => {
      this.#ending.delete(timer);
      for (const loan of loans) this.#release(loan);
    }, PROGRAMS_END);
    this.#ending.add(timer);
  }
}
