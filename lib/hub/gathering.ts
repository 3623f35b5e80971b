import { Alarms } from "./alarms.ts";

/** Does something for things, once in a while for all that came meanwhile. */
export class Gathering<T> implements Disposable {
  readonly #things = new Set<T>();
  readonly #alarm: Alarms<unknown>;

  /** @param delay Milliseconds. */
  constructor(delay: number, act: (thing: T) => void) {
    this.#alarm = new Alarms(delay, () => {
      const things = [...this.#things];
      this.#things.clear();
      things.forEach(act);
    });
  }

  add(thing: T): void {
    this.#things.add(thing);
    this.#alarm.set(undefined);
  }

  /** Does nothing any more. */
  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
    this.#things.clear();
  }
}
