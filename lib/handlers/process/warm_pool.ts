import { LimitError, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Started } from "../../process/runner.ts";
import { statusText } from "../../process/status.ts";
import { Backoff } from "../../base/backoff.ts";

// Milliseconds until it is tried again where all permits are taken, or where it has failed too often.
const NO_PERMIT = 1_000;
const FAILED = 30_000;

// A process that has waited so long, in ms, is one that can.
const HEALTHY = 1_000;

// After so many ms, the end of one is news.
const LONG = 10_000;

/** Options of {@linkcode WarmPool}. */
export interface WarmPoolOptions {
  /** Processes that wait. */
  readonly count: number;
  /** Milliseconds that one waits until another takes its place; 0 or Infinity means any time. */
  readonly idleMs: number;
  /**
   * Starts one.
   *
   * @param giveWay To be called where somebody else is to have its permit.
   * @throws {LimitError} If there is no permit for it.
   */
  start(giveWay: () => void): Started | Promise<Started>;
  /**
   * Ends one that has waited in vain, or what is left of it.
   *
   * @param isTold Whether the log is to have its last words.
   */
  end(started: Started, isTold: boolean): void;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** A process that waits. */
interface Waiting {
  readonly started: Started;
  readonly since: number;
  /** Until another takes its place. */
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Processes of one command that wait for clients: each was started before its client came, and another takes its
 * place. Where there is none, a client gets one of its own as ever, so that nobody depends on them.
 */
export class WarmPool {
  readonly #options: WarmPoolOptions;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #waiting = new Set<Waiting>();
  #backoff = new Backoff();
  #isOpen = false;
  /** Whether the last one that is known of has ended before its client came. */
  #hasDied = false;
  /** Whether the next one has to wait because others have died. */
  #isBackingOff = false;
  /** Whether one is waited for that is being started. */
  #isStarting = false;
  /** Until the next one is started. */
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether processes of this command can wait, as far as that is known. */
  get isReady(): boolean {
    return !this.#hasDied || Array.from(this.#waiting).some((waiting) => this.#isHealthy(waiting));
  }

  /** Begins to have some, or goes on; they are started one by one, so that others are served between them. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#fillIn(0);
  }

  /** Takes one out for a client; `undefined` where none waits. `refill` has to follow. */
  take(): Started | undefined {
    for (const waiting of this.#waiting) {
      this.#remove(waiting);
      const { started } = waiting;
      started.claim();
      // Another may be about to die as well.
      if (this.#isHealthy(waiting)) {
        this.#hasDied = false;
        this.#backoff = new Backoff();
      }
      return started;
    }
    return undefined;
  }

  /** Starts others for those that were taken. */
  refill(): void {
    this.#fillIn(0);
  }

  /** Ends all of them; there are others only when it is opened again. */
  close(): void {
    this.#isOpen = false;
    this.#stopWaiting();
    for (const waiting of this.#waiting) this.#end(waiting);
  }

  #isHealthy({ since }: Waiting): boolean {
    return this.#now() - since >= HEALTHY;
  }

  #fillIn(ms: number): void {
    if (!this.#isOpen) return;
    this.#pause ??= setTimeout(() => {
      this.#stopWaiting();
      this.#fill();
    }, ms);
  }

  #stopWaiting(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#isBackingOff = false;
  }

  #fill(): void {
    if (this.#waiting.size >= this.#options.count || this.#isStarting) return;
    try {
      const starting = this.#start();
      if (!starting) return this.#fillIn(0);
      this.#isStarting = true;
      starting.finally(() => this.#isStarting = false)
        .then(() => this.#fillIn(0), (error) => this.#notStarted(error));
    } catch (error) {
      this.#notStarted(error);
    }
  }

  #notStarted(error: unknown): void {
    if (error instanceof LimitError) return this.#fillIn(NO_PERMIT);
    this.#failed(messageOf(error), 0);
  }

  #start(): void | Promise<void> {
    const { start, log } = this.#options;
    let waiting: Waiting | undefined;
    const started = start(() => {
      if (!waiting) return;
      log.debug(
        "process",
        `Process ${waiting.started.child.pid} waits no more: others need its place`,
      );
      this.#end(waiting);
      this.#fillIn(NO_PERMIT);
    });
    if (!(started instanceof Promise)) return void (waiting = this.#wait(started));
    return started.then((started) => {
      waiting = this.#wait(started);
      // It was closed meanwhile.
      if (!this.#isOpen) this.#end(waiting);
    });
  }

  #wait(started: Started): Waiting {
    const { idleMs } = this.#options;
    const timer = idleMs > 0 && idleMs < Infinity
      ? setTimeout(() => this.#replace(waiting), idleMs)
      : undefined;
    const waiting: Waiting = { started, since: this.#now(), timer };
    this.#waiting.add(waiting);
    started.log.debug("process", `Process ${started.child.pid} waits for a client`);
    started.tree.exit.then((status) => this.#ended(waiting, statusText(status)));
    return waiting;
  }

  #replace(waiting: Waiting): void {
    const { started } = waiting;
    started.log.debug("process", `Process ${started.child.pid} has waited too long`);
    this.#end(waiting);
    this.refill();
  }

  #ended(waiting: Waiting, how: string): void {
    if (!this.#waiting.has(waiting)) return;
    this.#remove(waiting);
    const { started, since } = waiting;
    const lived = this.#now() - since;
    const isTold = this.#failed(`Process ${started.child.pid} has ended: ${how}`, lived);
    this.#options.end(started, isTold);
  }

  /** Waits before the next one; answers whether the log was told, which it is once. */
  #failed(what: string, lived: number): boolean {
    // It was started with one that has died before.
    if (this.#isBackingOff) return false;
    const isNew = !this.#hasDied || lived >= LONG;
    this.#hasDied = true;
    if (isNew) {
      this.#options.log.together(
        "error",
        "process",
        `Cannot have a process wait for clients: ${what}`,
      );
    }
    this.#stopWaiting();
    this.#fillIn(this.#backoff.next(lived) ?? FAILED);
    this.#isBackingOff = true;
    return isNew;
  }

  #end(waiting: Waiting): void {
    this.#remove(waiting);
    this.#options.end(waiting.started, true);
  }

  #remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    clearTimeout(waiting.timer);
  }
}
