import type { Channel } from "../../lib/bus/bus.ts";

/** Two ends of a channel in one process: what one sends, the other takes a little later. */
export function channelPair(): [Channel, Channel] {
  const closed = Promise.withResolvers<void>();
  const one = new End(closed);
  const other = new End(closed);
  one.other = other;
  other.other = one;
  return [one, other];
}

class End implements Channel {
  readonly bufferedAmount = 0;
  other: End | undefined;
  readonly #closed: PromiseWithResolvers<void>;
  readonly #kept: Uint8Array[] = [];
  #take: ((frame: Uint8Array) => void) | undefined;
  #isDue = false;

  constructor(closed: PromiseWithResolvers<void>) {
    this.#closed = closed;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  listen(take: (frame: Uint8Array) => void): void {
    this.#take = take;
    this.#deliver();
  }

  send(frame: Uint8Array): void {
    this.other?.receive(frame);
  }

  close(): void {
    this.#closed.resolve();
  }

  receive(frame: Uint8Array): void {
    this.#kept.push(frame);
    if (this.#isDue) return;
    this.#isDue = true;
    // All that has come is taken in one go, as from a socket.
    queueMicrotask(() => {
      this.#isDue = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (!this.#take) return;
    for (const frame of this.#kept.splice(0)) this.#take(frame);
  }
}
