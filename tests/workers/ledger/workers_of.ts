import { nextTurn } from "../../../lib/base/next_turn.ts";
import { joinLedger } from "../../../lib/workers/ledger/join_ledger.ts";
import type { Joint } from "../../../lib/workers/ledger/join_ledger.ts";
import type { Ledger } from "../../../lib/workers/ledger/ledger.ts";
import { channelPair } from "../channel_pair.ts";

/** A worker that there is not. */
export interface FakeWorker extends Joint {
  /** Resolves when the ledger has answered what was asked until now. */
  settled(): Promise<void>;
  /** It is gone. */
  leave(): void;
}

/** Workers at a ledger, in this process, which leave when they are disposed. */
export class Workers implements AsyncDisposable {
  readonly all: readonly FakeWorker[];

  constructor(ledger: Ledger, count: number, maxForks = 1024) {
    this.all = Array.from({ length: count }, () => {
      const [parent, own] = channelPair();
      ledger.attach(parent);
      const joint = joinLedger(own, { maxForks });
      const book = joint.ledger.at("settled");
      return {
        ...joint,
        leave: () => own.close(),
        settled: async () => void await book.enter(undefined, { most: 0, mostOfOne: 0 }, false),
      };
    });
  }

  [Symbol.iterator](): Iterator<FakeWorker> {
    return this.all.values();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await nextTurn();
    for (const worker of this.all) worker.leave();
    await nextTurn();
  }
}
