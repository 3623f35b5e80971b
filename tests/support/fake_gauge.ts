/** What somebody fills and a test empties. */
export class FakeGauge {
  bufferedAmount = 0;
  #waiting: PromiseWithResolvers<void> | undefined;

  drained(amount = 0): Promise<void> {
    if (this.bufferedAmount <= amount) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Says that the client has read everything. */
  drain(): void {
    this.bufferedAmount = 0;
    this.letGo();
    this.#waiting = undefined;
  }

  /** Lets go who waits, whatever is left. */
  protected letGo(): void {
    this.#waiting?.resolve();
  }
}
