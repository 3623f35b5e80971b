import type { Channel } from "../../bus/bus.ts";
import { Calls } from "../calls.ts";
import { EntryCounts } from "./entry_counts.ts";
import { FailureDesk } from "./failure_desk.ts";
import { PermitLender } from "./permit_lender.ts";

/**
 * The side of the parent of all limits that hold for its workers together: it knows how many there are of everything,
 * and takes back what a worker had that is gone. The limits themselves come with each question.
 */
export class Ledger implements Disposable {
  readonly entries = new EntryCounts();
  readonly failures = new FailureDesk();
  readonly permits = new PermitLender();

  /** Takes a worker in until its channel is closed; see `joinLedger` for its side. */
  attach(channel: Channel): void {
    const entries = this.entries.join();
    const permits = this.permits.join({ ask: (...asked) => calls.ask(...asked) });
    const failures = this.failures.join();
    const calls = new Calls(channel, {
      ...entries.answers,
      ...failures.answers,
      ...permits.answers,
    });
    calls.closed.then(() => {
      entries.left();
      failures.left();
      permits.left();
    });
  }

  [Symbol.dispose](): void {
    this.permits[Symbol.dispose]();
  }
}
