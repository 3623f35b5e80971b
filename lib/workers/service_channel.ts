import { Waiters } from "../base/waiters.ts";
import type { Channel } from "../bus/bus.ts";

// Bytes that a frame costs in memory beside its own.
const OVERHEAD = 64;

/** The most that a frame may have, in bytes. */
export const MAX_FRAME: number = 32 * 1024 * 1024;

/** Bytes that may wait until who sends should hold back; for frames that nobody listens to yet as well. */
const HIGH_WATER = 1024 * 1024;

/** A frame for the link to write; the channel's end where `bytes` is left out. */
export interface Outgoing {
  readonly bytes?: Uint8Array;
}

/** The way of one service between the parent and a worker; a {@linkcode Link} carries what it sends. */
export class ServiceChannel implements Channel {
  readonly #wake: () => void;
  readonly #end = Promise.withResolvers<void>();
  readonly #heard = Promise.withResolvers<void>();
  #queue: Outgoing[] = [];
  #first = 0;
  #waiting = 0;
  #isClosed = false;
  readonly #waiters = new Waiters(() => this.#waiting);
  #take: ((frame: Uint8Array) => void) | undefined;
  /** Frames that came before anybody listened. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;

  /** @param wake Tells the link that there is something to write. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get bufferedAmount(): number {
    return this.#waiting;
  }

  get closed(): Promise<void> {
    return this.#end.promise;
  }

  drained(amount = HIGH_WATER / 2): Promise<void> {
    return this.#waiters.wait(amount);
  }

  listen(take: (frame: Uint8Array) => void): void {
    this.#take = take;
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const frame of early) take(frame);
    this.#heard.resolve();
  }

  /** @throws {RangeError} If the frame is too long. */
  send(frame: Uint8Array): void {
    if (frame.length > MAX_FRAME) {
      throw new RangeError(
        `A frame of ${frame.length} bytes is too long: ${MAX_FRAME} may be sent`,
      );
    }
    if (this.#isClosed) return;
    this.#waiting += frame.length + OVERHEAD;
    this.#queue.push({ bytes: frame });
    this.#wake();
  }

  /** Sends nothing more, after what waits, and takes nothing more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.push({});
    this.#wake();
    this.#hangUp();
  }

  /** The next frame to write, for the link, which MUST tell when it is `written`. */
  next(): Outgoing | undefined {
    if (this.#first === this.#queue.length) return undefined;
    const frame = this.#queue[this.#first];
    // It may be large, and is the link's now.
    this.#queue[this.#first++] = {};
    if (2 * this.#first >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    return frame;
  }

  /** A frame is out. */
  written({ bytes }: Outgoing): void {
    if (!bytes) return;
    // Of a channel that is gone nothing counts any more.
    this.#waiting = Math.max(0, this.#waiting - bytes.length - OVERHEAD);
    this.#waiters.wake();
  }

  /**
   * Takes a frame that has come.
   *
   * @returns undefined, or a promise where too much waits for somebody to listen: of whoever sends nothing more MUST
   * be read until then.
   */
  receive(frame: Uint8Array): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    if (this.#take) {
      this.#take(frame);
      return undefined;
    }
    this.#early.push(frame);
    this.#earlyBytes += frame.length + OVERHEAD;
    return this.#earlyBytes > HIGH_WATER ? this.#heard.promise : undefined;
  }

  /** The other end is gone: nothing is sent or comes any more. */
  gone(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#first = 0;
    this.#waiting = 0;
    this.#waiters.wake();
    this.#hangUp();
  }

  #hangUp(): void {
    this.#heard.resolve();
    this.#end.resolve();
  }
}
