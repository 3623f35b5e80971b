import { Waiters } from "../../base/waiters.ts";
import type { Channel } from "../bus.ts";

/**
 * The way between the ends of a pair: hands something over later, in order with what was before. Without one, that is
 * in the next microtask.
 */
export type Carry = (deliver: () => void, bytes: number) => void;

/** Both ends of a channel within one process. */
export interface MemoryChannels {
  readonly ends: readonly [Channel, Channel];
  /** Breaks it: what is on its way is lost, and both ends are closed. */
  cut(): void;
}

/** Makes a channel within one process. */
export function memoryChannels(carry: Carry = queueMicrotask): MemoryChannels {
  const ends: [End, End] = [new End(carry), new End(carry)];
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return { ends, cut: () => ends.forEach((end) => end.end()) };
}

class End implements Channel {
  other: End | undefined;
  readonly #carry: Carry;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #take: ((frame: Uint8Array) => void) | undefined;
  /** Frames that came before somebody takes them. */
  #early: Uint8Array[] = [];
  #waiting = 0;
  readonly #waiters = new Waiters(() => this.#isClosed ? 0 : this.#waiting);

  constructor(carry: Carry) {
    this.#carry = carry;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get bufferedAmount(): number {
    return this.#waiting;
  }

  drained(amount = 0): Promise<void> {
    return this.#waiters.wait(amount);
  }

  listen(take: (frame: Uint8Array) => void): void {
    this.#take = take;
    for (const frame of this.#early.splice(0)) take(frame);
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#waiting += frame.length;
    this.#carry(() => {
      this.#waiting -= frame.length;
      this.other?.receive(frame);
      this.#waiters.wake();
    }, frame.length);
  }

  close(): void {
    if (this.#isClosed) return;
    this.end();
    // Behind what was sent.
    this.#carry(() => this.other?.end(), 0);
  }

  /** Takes and sends nothing more. */
  end(): void {
    this.#isClosed = true;
    this.#closed.resolve();
    this.#waiters.wake();
  }

  /** Takes a frame of the other end. */
  receive(frame: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#take) this.#take(frame);
    else this.#early.push(frame);
  }
}
