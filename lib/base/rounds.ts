/** A round of those who are looked at together, at the same interval. */
interface Round {
  readonly looks: Set<Look>;
  readonly timer: ReturnType<typeof setInterval>;
}

/** Looks after something, at a time on the clock of the rounds; MUST NOT throw. */
export type Look = (now: number) => void;

/** Has many looked after with one timer for all that have the same interval: one for each would cost half a KiB. */
export class Rounds {
  readonly #rounds = new Map<number, Round>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The time, in ms, on a clock that never goes back. */
  get now(): number {
    return this.#now();
  }

  /**
   * Looks again and again; the first time may come sooner.
   *
   * @param ms The interval.
   * @param look One that is in no other round.
   * @returns Ends that; a second time does nothing.
   */
  join(ms: number, look: Look): () => void {
    const round = this.#rounds.get(ms) ?? this.#begin(ms);
    round.looks.add(look);
    return () => {
      if (!round.looks.delete(look) || round.looks.size > 0) return;
      clearInterval(round.timer);
      this.#rounds.delete(ms);
    };
  }

  #begin(ms: number): Round {
    const looks = new Set<Look>();
    const timer = setInterval(() => {
      const { now } = this;
      for (const look of looks) look(now);
    }, ms);
    const round = { looks, timer };
    this.#rounds.set(ms, round);
    return round;
  }
}
