/** Figures of one engine, which its clients add to. */
export class Tally {
  /** Attacks of each kind. */
  readonly actions: Map<string, number> = new Map();
  /** Messages and answers that were right. */
  checked = 0;
  /** The longest time that a client which did nothing wrong has waited for an answer, in ms. */
  longestWait = 0;
  /** Handshakes and uploads that were broken off. */
  brokenRequests = 0;
  /** Whether the time is over: everybody leaves. */
  isOver = false;
  /** Whatever was not as it has to be. */
  readonly violations: string[] = [];

  /** Notes the end of an attack. */
  acted(name: string): void {
    this.actions.set(name, 1 + (this.actions.get(name) ?? 0));
  }

  /** Waits for an answer, and notes how long that took. */
  async wait<T>(answer: Promise<T>): Promise<T> {
    const start = performance.now();
    const value = await answer;
    this.longestWait = Math.max(this.longestWait, performance.now() - start);
    this.checked++;
    return value;
  }

  /** Notes what is wrong, and where. */
  blame(where: string, error: unknown): void {
    this.violations.push(`${where}: ${error instanceof Error ? error.message : error}`);
  }

  /** Whether there is time left, and any use in going on. */
  get goesOn(): boolean {
    return !this.isOver && this.violations.length < 10;
  }
}
