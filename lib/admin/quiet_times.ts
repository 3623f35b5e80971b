import { Rounds } from "../base/rounds.ts";
import type { Member, Roster } from "../connection/roster.ts";

// How often connections are looked at, in ms: messages themselves cost nothing for it.
const PERIOD = 1_000;

/** The activity of a connection, and the time at which that was seen to change. */
interface Seen {
  readonly activity: number;
  readonly since: number;
}

/** Times for which connections have carried nothing, to the second. */
export class QuietTimes implements Disposable {
  readonly #rounds: Rounds;
  readonly #leave: () => void;
  readonly #seen = new WeakMap<Member, Seen>();

  constructor(roster: Roster, rounds: Rounds = new Rounds()) {
    this.#rounds = rounds;
    this.#leave = rounds.join(PERIOD, () => {
      for (const member of roster) this.of(member);
    });
  }

  /** Milliseconds since a connection was seen to carry something, or to be there. */
  of(member: Member): number {
    const { activity } = member;
    const { now } = this.#rounds;
    const seen = this.#seen.get(member);
    if (seen?.activity === activity) return now - seen.since;
    this.#seen.set(member, { activity, since: now });
    return 0;
  }

  /** Looks no more. */
  [Symbol.dispose](): void {
    this.#leave();
  }
}
