import { GOODBYE_TIMEOUT, SENDING_TIME } from "../../base/limits.ts";
import { watchProgress } from "./watch_progress.ts";

/** A client whose connection is closing. */
export interface Leaving {
  /** Bytes that wait for it. */
  readonly bufferedAmount: number;
  /** Bytes that the system holds for it; undefined where it cannot be asked. */
  readonly unsent: number | undefined;
  /** Bytes that have come from it for nobody. */
  readonly ignored: number;
  /** Drops what waits and says why in its place; answers how many bytes that were. */
  cut(): number;
  /** Ends the connection, whatever still waits. */
  drop(): void;
}

/**
 * The end of a connection: drops a client that does not answer the close frame, and one that takes nothing of what
 * was sent before it for longer than there is patience. That one is told why, where it can be. The answer of a client
 * that sends something large is behind that, so that it has more time for it.
 */
export class Farewell implements Disposable {
  readonly #leaving: Leaving;
  readonly #answerTime: number;
  /** Milliseconds that the client may take nothing in. */
  #patience = Infinity;
  #isCut = false;
  /** For so long it has taken nothing of so many bytes. */
  #stalled = { ms: 0, bytes: 0 };
  /** Bytes that had come when it was looked at last, and how long it has been sending, in ms. */
  #sending = { ms: 0, bytes: 0 };
  #watch: Disposable | undefined;

  /** @param answerTime Milliseconds for the answer to a close frame that has left. */
  constructor(leaving: Leaving, answerTime: number) {
    this.#leaving = leaving;
    this.#answerTime = answerTime;
  }

  /** Begins to watch, or goes on with less patience, in ms. */
  within(patience: number): void {
    if (this.#watch && patience >= this.#patience) return;
    this.#patience = Math.min(this.#patience, patience);
    this.#look();
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
  }

  #look(): void {
    this.#watch?.[Symbol.dispose]();
    const timeout = Math.min(this.#patience, this.#answerTime);
    const amount = () => this.#leaving.bufferedAmount;
    const unsent = () => this.#leaving.unsent;
    this.#watch = watchProgress(amount, timeout, unsent, () => this.#nothingTaken(timeout));
  }

  #nothingTaken(timeout: number): void {
    const { bufferedAmount, unsent = 0 } = this.#leaving;
    const ms = bufferedAmount < this.#stalled.bytes ? timeout : this.#stalled.ms + timeout;
    this.#stalled = { ms, bytes: bufferedAmount };
    if (bufferedAmount + unsent > 0 && ms < this.#patience) return this.#look();
    if (bufferedAmount === 0 && this.#stillSends(timeout)) return this.#look();
    if (this.#isCut || bufferedAmount === 0 || this.#leaving.cut() === 0) {
      return this.#leaving.drop();
    }
    this.#isCut = true;
    this.#patience = Math.min(this.#patience, GOODBYE_TIMEOUT);
    this.#look();
  }

  #stillSends(timeout: number): boolean {
    const { ignored } = this.#leaving;
    const { ms, bytes } = this.#sending;
    this.#sending = { ms: ms + timeout, bytes: ignored };
    return ignored > bytes && this.#sending.ms < SENDING_TIME && timeout === this.#answerTime;
  }
}
