import type { Batch } from "../base/batch.ts";
import type { JoinOptions, Mark, Member } from "../contract.ts";
import type { Flight } from "./flights.ts";
import type { RoomLog } from "./room_log.ts";

/** Messages of this server that were brought before the subscription had begun, and some members have already. */
export interface HeardBefore {
  readonly flight: Flight;
  readonly mark: Mark;
}

interface Newcomer {
  readonly member: Member;
  readonly options: JoinOptions;
  /** The number of the last messages that were said here before it got any; undefined while it gets none. */
  since: number | undefined;
}

/** Members who have come while something is under way that they do not have, and others do. */
export class Newcomers {
  readonly #all = new Map<string, Newcomer>();

  get size(): number {
    return this.#all.size;
  }

  /** @param since The number of the last messages that were said here; undefined where it waits for the beginning. */
  add(member: Member, options: JoinOptions, since: number | undefined): void {
    this.#all.set(member.id, { member, options, since });
  }

  delete(id: string): void {
    this.#all.delete(id);
  }

  clear(): void {
    this.#all.clear();
  }

  /** Lets those who wait get what is said from now on, and what was before that when it comes. */
  beginAlone(since: number): void {
    for (const newcomer of this.#all.values()) newcomer.since ??= since;
  }

  /**
   * The engine has begun: those who came before get what was said, unless they have it.
   *
   * @param heard What those who did not wait for it may have.
   */
  begin(log: RoomLog, heard: readonly HeardBefore[]): void {
    for (const { member, options, since } of this.#all.values()) {
      const past = pastOf(log, options);
      // The oldest may be the end of what was said together.
      const has = (batch: Batch) =>
        heard.some(({ flight, mark }) => {
          const at = (batch.mark?.number ?? 0) - mark.number;
          return flight.number > (since as number) && at >= 0 && at < flight.batch.size &&
            !flight.except?.has(member.id);
        });
      if (past.length > 0) {
        member.replay(since === undefined ? past : past.filter((batch) => !has(batch)));
      }
    }
  }

  /** Messages have come back that others had at once: whoever came later gets them now. */
  landed({ number, except }: Flight, batch: Batch): void {
    for (const [id, { member, since }] of this.#all) {
      if (since !== undefined && number <= since && !except?.has(id)) member.deliver(batch);
    }
  }
}

/** The messages that a member wants from before it came. */
export function pastOf(log: RoomLog, { last = 0, seen }: JoinOptions): readonly Batch[] {
  return last > 0 ? log.after(seen, last) : [];
}
