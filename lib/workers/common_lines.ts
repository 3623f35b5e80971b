import { type CommonLine, Log } from "../base/log.ts";

// Milliseconds in which workers say the same for the same reason: some look at it only when a client comes.
const SAME = 60_000;

// Milliseconds in which one that is told to look says again what it has just seen by itself.
const AGAIN = 5_000;

// Lines that are remembered.
const MOST = 1_000;

/** A line that was written. */
interface Said {
  /** The time of the last time. */
  since: number;
  times: number;
  /** How often each worker has said it. */
  readonly by: Map<number, number>;
}

/** Lines that all workers say of what they have in common: each is written once, when the first of them says it. */
export class CommonLines {
  /** By what they say, in the order in which they were written. */
  readonly #said = new Map<string, Said>();
  readonly #now: () => number;
  #told = -Infinity;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A worker is told to look at what may have changed. */
  told(): void {
    this.#told = this.#now();
  }

  /**
   * Writes a line, unless another worker has said it as often: one that says it again means it, as of a bus that is
   * away again.
   *
   * @param worker Its process.
   */
  take(worker: number, { level, category, message, associated }: CommonLine): void {
    const text = `${level} ${category} ${message} ${JSON.stringify(associated)}`;
    const now = this.#now();
    const before = this.#said.get(text);
    const isLong = !before || now - before.since >= SAME;
    const said = isLong ? { since: now, times: 0, by: new Map() } : before;
    const count = (said.by.get(worker) ?? 0) + 1;
    if (count > 1 && Math.max(now - said.since, now - this.#told) < AGAIN) return;
    said.by.set(worker, count);
    if (count <= said.times) return;
    said.since = now;
    said.times++;
    this.#keep(text, said);
    new Log(associated).write(level, category, message);
  }

  #keep(text: string, said: Said): void {
    this.#said.delete(text);
    this.#said.set(text, said);
    for (const [oldest, { since }] of this.#said) {
      if (this.#said.size <= MOST && said.since - since < SAME) break;
      this.#said.delete(oldest);
    }
  }
}
