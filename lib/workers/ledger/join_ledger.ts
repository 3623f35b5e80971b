import { HandshakeError, messageOf } from "../../base/errors.ts";
import { Permits } from "../../base/permits.ts";
import type { Channel } from "../../bus/bus.ts";
import type { EntryLedger, Full } from "../../gate/entry/entry_book.ts";
import { Calls } from "../calls.ts";
import type { EntryAsked, EntryChanged } from "./entry_counts.ts";
import { JointFailures } from "./joint_failures.ts";
import { LentPermits } from "./lent_permits.ts";

/** Options of {@linkcode joinLedger}. */
export interface JoinLedgerOptions {
  /** Most processes of all workers; 0 means no limit. */
  readonly maxForks: number;
}

/** The limits of all workers, as one of them sees them. */
export interface Joint {
  /** Counts of who is there of all of them. */
  readonly ledger: EntryLedger;
  /** The processes of all of them. */
  readonly processes: Permits;
}

/**
 * Joins the ledger of a parent.
 *
 * @param channel The way to it.
 */
export function joinLedger(channel: Channel, { maxForks }: JoinLedgerOptions): Joint {
  const calls: Calls = new Calls(channel, {
    "permit.recall": (number: number) => lent?.giveWay(number) ?? false,
  });
  const lent = maxForks > 0 ? new LentPermits(maxForks, calls) : undefined;
  return {
    processes: lent ?? new Permits(0),
    ledger: {
      failures: new JointFailures(calls),
      at(place) {
        const add = (key: string | undefined, count: number) => {
          calls.tell("entry.add", { at: place, key, count } satisfies EntryChanged);
        };
        return {
          add,
          async enter(key, terms, counted) {
            const asked: EntryAsked = { at: place, key, terms, counted };
            const late = (full: unknown) => {
              if (!full && counted) add(key, -1);
            };
            try {
              return await calls.ask("entry.enter", asked, { late }) as Full | null ?? undefined;
            } catch (error) {
              throw new HandshakeError(503, `Cannot count a request: ${messageOf(error)}`);
            }
          },
        };
      },
    },
  };
}
