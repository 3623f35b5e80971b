import { watchProgress } from "../watch_progress.ts";
import type { RelayOutput } from "./relay_output.ts";

/**
 * The end of what a client at another server is sent: that server is told of it when all before it is on its way, as
 * its client takes that. All at once it could be more than the servers take, for which all their clients would pay.
 */
export class RelayFarewell implements Disposable {
  readonly #output: RelayOutput;
  readonly #lost: (bytes: number) => void;
  /** The words that are to be said then, in order. */
  #words: (() => void)[] = [];
  /** Milliseconds that the client may take nothing in. */
  #patience = Infinity;
  #watch: Disposable | undefined;

  /** @param lost Told of bytes that are dropped, because the client takes nothing for too long. */
  constructor(output: RelayOutput, lost: (bytes: number) => void) {
    this.#output = output;
    this.#lost = lost;
  }

  /**
   * Says something behind what was sent, and before nothing.
   *
   * @param patience Milliseconds that the client may take nothing of that in; the shortest counts.
   */
  say(words: () => void, patience: number): void {
    this.#words.push(words);
    this.goOn();
    if (this.#words.length > 0 && patience < this.#patience) this.#within(patience);
  }

  #within(patience: number): void {
    this.#patience = patience;
    this[Symbol.dispose]();
    this.#watch = watchProgress(() => this.#output.bytes, patience, () => undefined, () => {
      this.#lost(this.#output.drop());
      this.goOn();
    });
  }

  /** Something was sent: says what there is, where it was the last. */
  goOn(): void {
    if (this.#output.waiting > 0) return;
    this[Symbol.dispose]();
    for (const say of this.#words.splice(0)) say();
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
