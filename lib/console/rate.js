/** Seconds that it counts back. */
export const RATE_SECONDS = 60;

/** Counts messages per second for the last minute. */
export class Rate {
  #second = 0;
  #sent = new Array(RATE_SECONDS).fill(0);
  #received = new Array(RATE_SECONDS).fill(0);

  /**
   * Counts one message.
   *
   * @param {"sent" | "received"} kind
   * @param {number} now Milliseconds.
   */
  add(kind, now) {
    this.#advance(now);
    const counts = kind === "sent" ? this.#sent : this.#received;
    counts[this.#second % RATE_SECONDS]++;
  }

  /**
   * Tells the counts, oldest first; the last one is of the second that is not over yet.
   *
   * @param {number} now Milliseconds.
   * @returns {{ sent: number[], received: number[] }}
   */
  series(now) {
    this.#advance(now);
    const oldest = (this.#second + 1) % RATE_SECONDS;
    const inOrder = (counts) => [...counts.slice(oldest), ...counts.slice(0, oldest)];
    return { sent: inOrder(this.#sent), received: inOrder(this.#received) };
  }

  #advance(now) {
    const second = Math.floor(now / 1000);
    // What is older than a minute is the same as nothing.
    const from = Math.max(this.#second + 1, second - RATE_SECONDS + 1);
    for (let passed = from; passed <= second; passed++) {
      this.#sent[passed % RATE_SECONDS] = 0;
      this.#received[passed % RATE_SECONDS] = 0;
    }
    this.#second = Math.max(this.#second, second);
  }
}
