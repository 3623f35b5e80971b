import type { Writable } from "node:stream";
import { joined } from "../../base/joined.ts";
import { HIGH_WATER_MARK, NODE_MESSAGE_OVERHEAD } from "../../base/limits.ts";

/**
 * Bytes of one write: of more, a client that reads slowly would take its time before anything of it counts
 * as taken.
 */
const WRITE_SIZE = 256 * 1024;

/** Bytes up to which frames are copied together; larger ones go as they are. */
const SMALL = 16 * 1024;

/** Answers to pings that may wait: who does not read needs to know only that the latest one came. */
const MAX_CONTROLS = 32;

const NOTHING = new Uint8Array(0);

/** A sender that waits until no more than an amount of bytes does. */
interface Waiter {
  readonly amount: number;
  resolve(): void;
}

/**
 * Writes frames to a stream. What is sent in one go leaves in one write, and so does what was sent while
 * that was on its way: never more than one is.
 */
export class FrameWriter {
  readonly #stream: Writable;
  readonly #idle: () => void;
  /** From `#next` on, from `#offset` of the first of them. */
  #waiting: Uint8Array[] = [];
  #next = 0;
  #offset = 0;
  /** Control frames that do not wait behind the others. */
  #urgent: Uint8Array[] = [];
  /** How many of those in front MUST be sent. */
  #kept = 0;
  /** Number of control frames since the last write, and where the latest of them waits. */
  #controls = 0;
  #latest = 0;
  /** Of what waits and what is on its way. */
  #bytes = 0;
  #frames = 0;
  /** Of what is on its way; the frames are those that end in it. */
  #leaving = { bytes: 0, frames: 0 };
  #writing = false;
  #writes = 0;
  #scheduled = false;
  #stopped = false;
  /** At most connections nobody ever waits. */
  #waiters: Set<Waiter> | undefined;

  /** @param idle Called each time when all that was sent has been handed to the system. */
  constructor(stream: Writable, idle: () => void) {
    this.#stream = stream;
    this.#idle = idle;
  }

  /** Number of writes that the system has taken. */
  get writes(): number {
    return this.#writes;
  }

  /** Bytes of memory that wait, what each buffer of frames costs beside its bytes included. */
  get bufferedAmount(): number {
    return this.#bytes + this.#frames * NODE_MESSAGE_OVERHEAD;
  }

  /** Sends whole frames behind all others; their memory must not change any more. */
  send(frames: Uint8Array): void {
    if (this.#stopped || frames.length === 0) return;
    this.#waiting.push(frames);
    this.#bytes += frames.length;
    this.#frames++;
    this.#schedule();
  }

  /**
   * Sends a control frame. It overtakes what waits for a slow client; of too many of them at once only some
   * are sent, the latest among them.
   */
  control(frame: Uint8Array): void {
    if (this.#stopped) return;
    if (this.#writing) {
      const last = this.#kept + MAX_CONTROLS - 1;
      this.#urgent[Math.min(this.#urgent.length, last)] = frame;
    } else if (this.#controls < MAX_CONTROLS) {
      this.#controls++;
      this.#latest = this.#waiting.length;
      this.send(frame);
    } else {
      this.#bytes += frame.length - (this.#waiting[this.#latest] as Uint8Array).length;
      this.#waiting[this.#latest] = frame;
    }
  }

  /** Sends a control frame that overtakes what waits as well, and is sent in any case. */
  surely(frame: Uint8Array): void {
    if (this.#stopped) return;
    if (!this.#writing) return this.send(frame);
    this.#urgent.splice(this.#kept++, 0, frame);
    // There may be any number of them, and whoever sends them has to see that.
    this.#bytes += frame.length;
    this.#frames++;
  }

  /** Resolves when no more than an amount waits, or with `release`. */
  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    if (this.bufferedAmount <= amount) return Promise.resolve();
    return new Promise((resolve) => {
      (this.#waiters ??= new Set()).add({ amount, resolve });
    });
  }

  /** Lets everybody go who waits. */
  release(): void {
    for (const waiter of this.#waiters ?? []) waiter.resolve();
    this.#waiters = undefined;
  }

  /** Writes what can be written now, in place of at the end of the turn. */
  flush(): void {
    this.#scheduled = false;
    if (this.#writing || this.#stopped) return;
    this.#controls = 0;
    const data = this.#take();
    if (!data) return this.#idle();
    this.#writing = true;
    this.#stream.write(data, this.#written);
  }

  /**
   * Drops what waits, but for a frame that was begun, and sends another one in its place; only where something
   * waits, which is then all that was to come.
   *
   * @returns The bytes that were dropped.
   */
  cut(frame: Uint8Array): number {
    const kept = this.#offset > 0 ? this.#next + 1 : this.#next;
    const dropped = this.#waiting.slice(kept);
    if (dropped.length === 0) return 0;
    this.#waiting.length = kept;
    const bytes = dropped.reduce((sum, { length }) => sum + length, 0);
    this.#bytes -= bytes;
    this.#frames -= dropped.length;
    this.send(frame);
    return bytes;
  }

  /** Nothing more can be written: the stream has ended. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#urgent = [];
    this.#bytes = this.#frames = 0;
    this.release();
  }

  readonly #flush = (): void => this.flush();

  #schedule(): void {
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    queueMicrotask(this.#flush);
  }

  readonly #written = (error?: Error | null): void => {
    // The stream tells of it by itself.
    if (error || this.#stopped) return;
    this.#writing = false;
    this.#writes++;
    this.#bytes -= this.#leaving.bytes;
    this.#frames -= this.#leaving.frames;
    for (const waiter of this.#waiters ?? []) {
      if (this.bufferedAmount > waiter.amount) continue;
      this.#waiters?.delete(waiter);
      waiter.resolve();
    }
    this.flush();
  };

  /** Takes the bytes to write next; undefined where nothing waits. */
  #take(): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    let size = 0;
    this.#leaving = { bytes: 0, frames: 0 };
    // Not into the middle of a frame.
    if (this.#offset === 0) {
      for (const frame of this.#urgent) {
        parts.push(frame);
        size += frame.length;
        if (parts.length === this.#kept) this.#leaving = { bytes: size, frames: this.#kept };
      }
      this.#urgent = [];
      this.#kept = 0;
    }
    while (this.#next < this.#waiting.length) {
      const frames = this.#waiting[this.#next] as Uint8Array;
      const left = frames.length - this.#offset;
      if (parts.length > 0 && (left > SMALL || size + left > WRITE_SIZE)) break;
      const part = left < frames.length || left > WRITE_SIZE
        ? frames.subarray(this.#offset, this.#offset + WRITE_SIZE)
        : frames;
      parts.push(part);
      size += part.length;
      this.#leaving.bytes += part.length;
      if (part.length < left) {
        this.#offset += part.length;
        break;
      }
      this.#offset = 0;
      this.#waiting[this.#next++] = NOTHING;
      this.#leaving.frames++;
      // What is urgent can go now, at the end of a frame.
      if (part.length > SMALL || this.#urgent.length > 0) break;
    }
    this.#forget();
    return parts.length > 1 ? joined(parts, size) : parts[0];
  }

  /** Lets go what is on its way, without moving the rest each time. */
  #forget(): void {
    if (this.#next === this.#waiting.length) {
      if (this.#next === 0) return;
      this.#waiting = [];
    } else if (this.#next < 1024 || 2 * this.#next < this.#waiting.length) return;
    else this.#waiting.splice(0, this.#next);
    this.#next = 0;
  }
}
