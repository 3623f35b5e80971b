/** Does something for each of several things after a while. */
export class Alarms<T> implements Disposable {
  readonly #delay: number;
  readonly #act: (thing: T) => void;
  readonly #timers = new Map<T, ReturnType<typeof setTimeout>>();
  #isOver = false;

  /** @param delay Milliseconds. */
  constructor(delay: number, act: (thing: T) => void) {
    this.#delay = delay;
    this.#act = act;
  }

  /** Does it for a thing, unless that is waited for already. */
  set(thing: T): void {
    if (this.#isOver || this.#timers.has(thing)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(thing);
      this.#act(thing);
    }, this.#delay);
    this.#timers.set(thing, timer);
  }

  /** Does nothing any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
