import { backoff } from "./backoff.js";

/** A connection that lasted so long was a success: the next attempt is a first one again. */
const STABLE_MS = 5_000;
const TICK_MS = 100;

/** Waits, longer each time, before it connects again. */
export class Reconnect {
  #attempt = 0;
  #openedAt = Infinity;
  #dueAt = 0;
  #timer = undefined;
  #connect;
  #changed;
  #now;

  /**
   * @param {object} options
   * @param {() => void} options.connect Called when the time has come.
   * @param {() => void} options.changed Called when the countdown has moved, started or ended.
   * @param {() => number} [options.now] Milliseconds.
   */
  constructor({ connect, changed, now = () => performance.now() }) {
    this.#connect = connect;
    this.#changed = changed;
    this.#now = now;
  }

  /**
   * The attempt that is waited for, and how many milliseconds still.
   *
   * @returns {{ attempt: number, remaining: number } | undefined}
   */
  get waiting() {
    if (this.#timer === undefined) return undefined;
    return { attempt: this.#attempt, remaining: Math.max(0, this.#dueAt - this.#now()) };
  }

  /** Has to be called when the connection opens. */
  opened() {
    this.#openedAt = this.#now();
  }

  /** Starts the countdown. */
  start() {
    // A program that ends at once would otherwise be started again each second, for ever.
    if (this.#now() - this.#openedAt >= STABLE_MS) this.#attempt = 0;
    this.#openedAt = Infinity;
    this.#dueAt = this.#now() + backoff(++this.#attempt);
    this.#tick();
  }

  /** Ends the countdown, and forgets the attempts. */
  cancel() {
    this.#attempt = 0;
    this.#openedAt = Infinity;
    this.#stop();
  }

  /** Connects now. */
  #fire() {
    this.#stop();
    this.#connect();
  }

  #tick() {
    clearTimeout(this.#timer);
    const remaining = this.#dueAt - this.#now();
    const due = remaining <= TICK_MS;
    this.#timer = setTimeout(() => due ? this.#fire() : this.#tick(), due ? remaining : TICK_MS);
    this.#changed();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed();
  }
}
