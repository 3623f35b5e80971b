import type { Signals } from "./until_end.ts";

/** Signals that ask for changes to be taken up: one that comes before that can be done waits, and ends nothing. */
export class Hangups {
  #take: (() => void) | undefined;
  #waits = false;

  /** Listens to them from now on. */
  constructor(signals: Pick<Signals, "onHangup">) {
    signals.onHangup(() => {
      if (this.#take) this.#take();
      else this.#waits = true;
    });
  }

  /** Calls this at each of them from now on, and at once where one has come before. */
  take(listener: () => void): void {
    this.#take = listener;
    if (this.#waits) listener();
  }
}
