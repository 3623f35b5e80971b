import { type CommonLine, Log } from "../base/log.ts";

// Milliseconds in which workers say the same for the same reason: some look at it only when a client comes.
const SAME = 60_000;

// Milliseconds in which also one of them does: it has seen a change by itself, and is told to look.
const AGAIN = 5_000;

// Lines that are remembered.
const MOST = 1_000;

/** Lines that all workers say of what they have in common: each is written once, when the first of them says it. */
export class CommonLines {
  /** By what they say, in the order in which they were written. */
  readonly #said = new Map<string, { readonly since: number; readonly by: Set<number> }>();
  readonly #now: () => number;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Writes a line, unless another worker has just said the same: one that says it again means it. */
  take(worker: number, { level, category, message, associated }: CommonLine): void {
    const text = `${level} ${category} ${message} ${JSON.stringify(associated)}`;
    const now = this.#now();
    const known = this.#said.get(text);
    if (known && now - known.since < (known.by.has(worker) ? AGAIN : SAME)) {
      known.by.add(worker);
      return;
    }
    this.#said.delete(text);
    this.#said.set(text, { since: now, by: new Set([worker]) });
    for (const [oldest, { since }] of this.#said) {
      if (this.#said.size <= MOST && now - since < SAME) break;
      this.#said.delete(oldest);
    }
    new Log(associated).write(level, category, message);
  }
}
