// Milliseconds between two lines that say the same.
const QUIET = 60_000;

/** Says what is so for a while once a minute, however often it is found out. */
export class Seldom {
  #said = -Infinity;

  /**
   * Says it, unless it was just said.
   *
   * @param say Writes the line.
   * @param now Milliseconds of a clock.
   */
  tell(say: () => void, now: number = performance.now()): void {
    if (now - this.#said < QUIET) return;
    this.#said = now;
    say();
  }
}
