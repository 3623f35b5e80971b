import { HIGH_WATER_MARK, MESSAGE_OVERHEAD } from "../../base/limits.ts";

/** Figures of the messages that have not left a socket. */
export interface Unsent {
  /** Bytes of messages that have not left. */
  readonly unsent: number;
  /** Bytes that it counts for a message beside its data; where that is 0, empty messages are missing in it. */
  readonly headerBytes: number;
  /** Bytes of memory that a message holds beside its data. */
  readonly overhead: number;
  /** Whether anything at all has not reached the client; asked rarely, because it may cost something. */
  readonly isBehind: boolean;
}

// The runtime does not count empty messages, so after this many it is the system that has to be asked.
const MANY_EMPTY = HIGH_WATER_MARK / MESSAGE_OVERHEAD;

// How long to wait before looking whether a client has read on, in ms: there is no event for it.
const SHORTEST_POLL = 1;
const LONGEST_POLL = 512;

/** The messages of a connection that have not left yet, and what they hold in memory. */
export class Backlog {
  readonly #socket: Unsent;
  /** Of the last messages, to know how many are under way: the runtime tells only their bytes. */
  #bytes = 0;
  #messages = 0;
  /** Since it was known that none was under way. */
  #empty = 0;
  /** Senders that wait for less, each with a timer of its own; at most connections nobody ever does. */
  #draining: Set<PromiseWithResolvers<void>> | undefined;

  constructor(socket: Unsent) {
    this.#socket = socket;
  }

  /** Counts a message; `length` is that of its data. */
  add(length: number): void {
    const counted = length + this.#socket.headerBytes;
    if (counted === 0) this.#empty++;
    this.#bytes += counted;
    if (++this.#messages === 4096) {
      this.#messages /= 2;
      this.#bytes /= 2;
    }
  }

  /** Bytes of memory, what each message costs beside its data included. */
  get amount(): number {
    const bytes = this.#socket.unsent;
    if (bytes > 0) return bytes * (1 + this.#socket.overhead * this.#messages / this.#bytes);
    if (this.#empty <= MANY_EMPTY) return 0;
    // Who does not wait for them to drain has to know more exactly.
    if (this.#empty > 2 * MANY_EMPTY) this.#askForEmpty();
    return this.#empty * this.#socket.overhead;
  }

  /** Resolves when no more than `target` bytes wait, or at `release`. */
  drained(target: number): Promise<void> {
    if (this.amount <= target) return Promise.resolve();
    const draining = Promise.withResolvers<void>();
    (this.#draining ??= new Set()).add(draining);
    let wait = SHORTEST_POLL;
    let before = Infinity;
    const look = () => {
      if (this.#empty > MANY_EMPTY && this.#socket.unsent === 0) this.#askForEmpty();
      const { amount } = this;
      if (amount <= target) return draining.resolve();
      // The longer nothing moves, the longer it may take.
      wait = amount < before ? SHORTEST_POLL : Math.min(2 * wait, LONGEST_POLL);
      before = amount;
      timer = setTimeout(look, wait);
    };
    // Not at once: what was just sent has not even been tried.
    let timer = setTimeout(look, wait);
    return draining.promise.finally(() => {
      clearTimeout(timer);
      this.#draining?.delete(draining);
    });
  }

  /** Lets everybody go who waits: nothing more will be sent. */
  release(): void {
    for (const draining of this.#draining ?? []) draining.resolve();
  }

  #askForEmpty(): void {
    if (!this.#socket.isBehind) this.#empty = 0;
  }
}
