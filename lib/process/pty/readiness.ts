import { type PtyCalls, ptyCalls } from "./calls.ts";

// epoll(7), eventfd(2): the same numbers on all processors of Linux that Deno runs on.
const CLOEXEC = 0o2000000;
const ADD = 1;
const DELETE = 2;
const MODIFY = 3;
const IN = 1;
const OUT = 4;
const ONESHOT = 1 << 30;

// `struct epoll_event` is packed on x86-64 alone.
const [EVENT, DATA] = Deno.build.arch === "x86_64" ? [12, 4] : [16, 8];
const MOST_EVENTS = 64;

/** A direction in which a descriptor becomes ready: to be read, or to be written. */
export type Direction = "in" | "out";

/** A wait that ends; learns whether it is ready, or hung up. */
type Waiter = (ready: boolean) => void;

/** A descriptor that is watched. */
interface Watched {
  readonly fd: number;
  readonly waiters: Map<Direction, Waiter>;
}

/**
 * Waits for descriptors that do not block.
 *
 * One thread waits for all of them: the runtime has 32 threads for calls that block and for files (Deno 2.9), so
 * that as many terminals at which nobody types would stop everything else.
 */
export class Readiness {
  readonly #calls: () => PtyCalls;
  readonly #watched = new Map<number, Watched>();
  #last = 0;
  #epoll = -1;
  /** Settles when no thread waits any more. */
  #waiting: Promise<void> | undefined;
  /** Wakes the thread when nothing is left to wait for. */
  #bell = -1;

  constructor(calls: () => PtyCalls = ptyCalls) {
    this.#calls = calls;
  }

  /** Resolves when no thread waits any more: some time after nothing is left to wait for. */
  async idle(): Promise<void> {
    await this.#waiting;
  }

  /** Watches a descriptor until `forget`, by the number that this returns. */
  watch(fd: number): number {
    const calls = this.#calls();
    if (this.#epoll < 0) this.#open(calls);
    // Numbers of descriptors are used again, while something about an older one may be under way.
    const key = ++this.#last;
    // A hang-up is told of unasked, and without end where it is not for once.
    if (calls.epoll_ctl(this.#epoll, ADD, fd, eventOf(ONESHOT, key)) < 0) {
      throw new Error("epoll_ctl failed");
    }
    this.#watched.set(key, { fd, waiters: new Map() });
    return key;
  }

  /**
   * Waits until something can be read or written. One at a time may wait for each.
   *
   * @returns false where the other side has hung up, or it was forgotten.
   */
  ready(key: number, direction: Direction): Promise<boolean> {
    const watched = this.#watched.get(key);
    if (!watched) return Promise.resolve(false);
    return new Promise((resolve) => {
      watched.waiters.set(direction, resolve);
      this.#arm(key, watched);
    });
  }

  /** Ends a wait until something can be read, for whoever waits to look once more. */
  wake(key: number): void {
    const waiters = this.#watched.get(key)?.waiters;
    const resolve = waiters?.get("in");
    waiters?.delete("in");
    resolve?.(true);
  }

  /** Watches a descriptor no more, which is to be closed after that. */
  forget(key: number): void {
    const watched = this.#watched.get(key);
    if (!watched) return;
    const calls = this.#calls();
    this.#watched.delete(key);
    calls.epoll_ctl(this.#epoll, DELETE, watched.fd, null);
    for (const resolve of watched.waiters.values()) resolve(false);
    if (this.#watched.size === 0) calls.write(this.#bell, new BigUint64Array([1n]), 8n);
  }

  #open(calls: PtyCalls): void {
    this.#epoll = calls.epoll_create1(CLOEXEC);
    this.#bell = calls.eventfd(0, CLOEXEC);
    if (this.#epoll < 0 || this.#bell < 0) {
      this.#close(calls);
      throw new Error("epoll_create1 failed");
    }
    calls.epoll_ctl(this.#epoll, ADD, this.#bell, eventOf(IN, 0));
    this.#waiting = this.#wait(calls);
  }

  async #wait(calls: PtyCalls): Promise<void> {
    const events = new Uint8Array(EVENT * MOST_EVENTS);
    const view = new DataView(events.buffer);
    do {
      const count = await calls.epoll_wait(this.#epoll, events, MOST_EVENTS, -1);
      for (let at = 0; at < count * EVENT; at += EVENT) {
        this.#happened(view.getUint32(at + DATA, true), view.getUint32(at, true));
      }
    } while (this.#watched.size > 0);
    this.#close(calls);
  }

  #happened(key: number, events: number): void {
    const watched = this.#watched.get(key);
    // The bell goes on to ring as long as somebody else is there, once at most.
    if (!watched) {
      if (key === 0) this.#calls().read(this.#bell, new BigUint64Array(1), 8n);
      return;
    }
    const { waiters } = watched;
    const tell = (direction: Direction, ready: boolean) => {
      const resolve = waiters.get(direction);
      waiters.delete(direction);
      resolve?.(ready);
    };
    const hungUp = (events & ~(IN | OUT)) !== 0;
    // What was written before the end is still there.
    if (hungUp || events & IN) tell("in", (events & IN) !== 0);
    if (hungUp || events & OUT) tell("out", !hungUp);
    if (waiters.size > 0) this.#arm(key, watched);
  }

  #arm(key: number, { fd, waiters }: Watched): void {
    const events = (waiters.has("in") ? IN : 0) | (waiters.has("out") ? OUT : 0) | ONESHOT;
    this.#calls().epoll_ctl(this.#epoll, MODIFY, fd, eventOf(events, key));
  }

  #close(calls: PtyCalls): void {
    for (const fd of [this.#epoll, this.#bell]) if (fd >= 0) calls.close(fd);
    this.#epoll = this.#bell = -1;
  }
}

/** The one of this server, for all of its descriptors. */
export const readiness = new Readiness();

function eventOf(events: number, key: number): Uint8Array<ArrayBuffer> {
  const event = new Uint8Array(EVENT);
  const view = new DataView(event.buffer);
  view.setUint32(0, events, true);
  view.setUint32(DATA, key, true);
  return event;
}
