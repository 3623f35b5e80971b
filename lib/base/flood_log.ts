// Milliseconds between two lines for the same reason.
const PERIOD = 1_000;

// Reasons that are remembered before those of which nothing is left to say are looked for.
const MANY = 256;

/** One reason, with all that is left to say for it. */
interface Reason {
  /** Until then, no other line is written. */
  readonly until: number;
  /** Lines that were left out, and the last of them. */
  count: number;
  latest?: (more: number) => void;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Lines of the log that somebody could cause in any number: the first is written at once, and for the same reason
 * one a second from then on, the latest, which says how many more there were. To be flushed at the end.
 */
export class FloodLog {
  readonly #reasons = new Map<string, Reason>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Says something, unless it was just said.
   *
   * @param reason What makes it the same; of a bounded number of texts.
   * @param write Writes the line, now or within a second, or never: then another one counts it.
   */
  say(reason: string, write: (more: number) => void): void {
    const said = this.#reasons.get(reason);
    const now = this.#now();
    if (!said || said.count === 0 && now >= said.until) {
      write(0);
      this.#begin(reason, now);
      return;
    }
    said.count++;
    said.latest = write;
    said.timer ??= setTimeout(() => {
      this.#tell(said);
      this.#begin(reason, this.#now());
    }, said.until - now);
  }

  /** Says what is left. */
  flush(): void {
    for (const said of this.#reasons.values()) {
      clearTimeout(said.timer);
      this.#tell(said);
    }
    this.#reasons.clear();
  }

  #begin(reason: string, now: number): void {
    this.#reasons.set(reason, { until: now + PERIOD, count: 0 });
    if (this.#reasons.size <= MANY) return;
    for (const [other, { count, until }] of this.#reasons) {
      if (count === 0 && until <= now) this.#reasons.delete(other);
    }
  }

  #tell({ count, latest }: Reason): void {
    latest?.(count - 1);
  }
}

/** A message that stands for others as well: `…: refused … and 1,234 more like it`. */
export function withMore(message: string, more: number): string {
  return more > 0 ? `${message} … and ${more.toLocaleString("en-US")} more like it` : message;
}
