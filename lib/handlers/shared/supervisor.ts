import { HandshakeError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Close } from "../../process/status.ts";
import { type Restart, Restarts } from "./restarts.ts";

/** A process, as far as it lives and ends. */
export interface SharedLife {
  readonly pid: number;
  /** Resolves when it has ended and clients may hear how; with nothing where it was told to end. */
  readonly over: Promise<Close | undefined>;
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>;
  /** Lets its streams flow; a second time does nothing. */
  begin(): void;
  /**
   * Tells it to end.
   *
   * @param atOnce Whether it gets nothing more of what waits for it.
   */
  end(atOnce?: boolean): void;
}

/** Options of a {@linkcode Supervisor}. */
export interface SupervisorOptions {
  /**
   * Starts a process.
   *
   * @throws If that cannot be done.
   */
  start(): SharedLife | Promise<SharedLife>;
  /** No process is there any more, and none will be for those who are there. */
  stopped(how: Close): void;
  /** Nothing runs any more, nor is anybody there who wants it. */
  idle?(): void;
  /** Time that a process lives on after its last client has left, in ms, or Infinity. */
  readonly linger: number;
  readonly restart: Restart;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Sees to it that there is one process as long as somebody wants it: from the first client until a while
 * after the last, and again where it has ended by itself and its route says so.
 */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #now: () => number;
  readonly #restarts: Restarts;
  #life: SharedLife | undefined;
  /** Whether it is about to be gone. */
  #ending = false;
  #watching: Promise<void> | undefined;
  /** Until the process is there, where that is to be waited for. */
  #starting: Promise<void> | undefined;
  /** Whether another one is started as soon as this one is gone. */
  #isNext = false;
  #clients = 0;
  #wanted = false;
  /** Whether it was started before any client, and none has come since. */
  #isAhead = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  /** Until the next attempt. */
  #pause: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;
  #last: Close | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#restarts = new Restarts(options.restart, options.log);
    this.#now = options.now ?? (() => performance.now());
  }

  /** The end of the process where there is none any more, nor will be for a client that came to it. */
  get last(): Close | undefined {
    return this.#last;
  }

  /** The number of the process. */
  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Whether the process is there, or would be as soon as somebody wants it, which nobody does now. */
  get isReady(): boolean {
    return !this.#wanted || this.#life !== undefined && !this.#ending;
  }

  /** Starts the process before any client. */
  start(): void | Promise<void> {
    this.#isAhead ||= !this.#wanted;
    this.#wanted = true;
    if (this.#ending) return this.#startNext();
    if (this.#disposed || this.#life || this.#starting || this.#pause !== undefined) return;
    const starting = this.#start();
    if (!starting) return this.begin();
    return starting.then(() => this.begin(), (error) => this.#notStarted(error));
  }

  /** The same, where nobody waits for it: one that cannot be started is tried again. */
  startLater(): void {
    try {
      this.start()?.catch((error) => this.#notStarted(error));
    } catch (error) {
      this.#notStarted(error);
    }
  }

  /** Takes clients, also after it was disposed. */
  resume(): void {
    this.#disposed = false;
  }

  /**
   * A client is about to come: makes sure that there is a process, or will be; `leave` has to follow.
   *
   * @throws {LaunchError} If it cannot be started.
   */
  async enter(): Promise<void> {
    this.#clients++;
    clearTimeout(this.#lingering);
    try {
      while (this.#ending) await this.#watching;
      if (this.#disposed) throw new HandshakeError(503, "The shared process has ended");
      this.#wanted = true;
      this.#isAhead = false;
      if (this.#life || this.#pause !== undefined) return;
      const starting = this.#starting ?? this.#start();
      if (starting) await starting;
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** A client is there, or will not come: the process need not be held back any more. */
  begin(): void {
    this.#life?.begin();
  }

  /** A client has left. */
  leave(): void {
    if (--this.#clients > 0 || this.#disposed) return;
    const { linger } = this.#options;
    clearTimeout(this.#lingering);
    if (linger === 0) this.#expire();
    else if (linger < Infinity) this.#lingering = setTimeout(() => this.#expire(), linger);
  }

  /** Ends the process at once, because it runs elsewhere. */
  async revoke(): Promise<void> {
    clearTimeout(this.#lingering);
    this.#expire(true);
    // Whoever waits for it is told why it cannot be started.
    await this.#starting?.catch(() => {});
    await this.#watching;
  }

  /** Ends the process, and takes no clients unless it is resumed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#lingering);
    this.#expire();
    // Whoever waits for it is told why it cannot be started.
    await this.#starting?.catch(() => {});
    await this.#watching;
  }

  async #startNext(): Promise<void> {
    this.#isNext = true;
    await this.#watching;
    // Nobody wants it any more, or it was done for somebody else.
    if (!this.#isNext) return;
    this.#isNext = false;
    await this.start();
  }

  #start(): void | Promise<void> {
    const life = this.#options.start();
    if (!(life instanceof Promise)) return this.#started(life);
    return this.#starting = life.then((life) => this.#started(life))
      .finally(() => this.#starting = undefined);
  }

  #started(life: SharedLife): void {
    this.#life = life;
    this.#last = undefined;
    this.#watching = this.#watch(life, this.#now());
    // Everybody has left meanwhile.
    if (!this.#wanted || this.#disposed) this.#expire();
  }

  /** Nobody wants it any more. */
  #expire(atOnce = false): void {
    this.#wanted = this.#isNext = false;
    if (this.#life) {
      this.#ending = true;
      this.#life.begin();
      this.#life.end(atOnce);
    } else {
      if (this.#pause !== undefined) {
        clearTimeout(this.#pause);
        this.#stop({ code: 1001, reason: "" });
      }
      this.#rest();
    }
  }

  #rest(): void {
    if (this.#clients > 0 || this.#life || this.#starting || this.#isNext) return;
    if (this.#pause === undefined) this.#options.idle?.();
  }

  async #watch(life: SharedLife, start: number): Promise<void> {
    const how = await life.over;
    this.#ending = true;
    const lived = this.#now() - start;
    const delay = how ? this.#restarts.after(how, life.pid, lived, this.#wanted) : undefined;
    // At once, while what it has left behind is still being ended.
    if (delay === undefined) this.#stop(how ?? { code: 1001, reason: "" });
    await life.gone;
    this.#life = undefined;
    this.#ending = false;
    if (delay === undefined) return this.#rest();
    if (this.#wanted) return this.#startIn(delay);
    this.#stop({ code: 1001, reason: "" });
    this.#rest();
  }

  #startIn(delay: number): void {
    this.#pause = setTimeout(async () => {
      this.#pause = undefined;
      try {
        const starting = this.#start();
        if (starting) await starting;
        this.begin();
      } catch (error) {
        this.#notStarted(error);
      }
    }, delay);
  }

  #notStarted(error: unknown): void {
    const delay = this.#restarts.afterFailure(error);
    if (delay !== undefined) this.#startIn(delay);
    else this.#stop({ code: 1011, reason: "The program cannot be started" });
  }

  #stop(how: Close): void {
    // The next client starts it again. Only where it was to be there for the first one, and has failed, somebody
    // has to look after it before any client is sent here.
    this.#wanted = this.#isAhead && how.code !== 1000;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#restarts.reset();
    this.#last = how;
    this.#options.stopped(how);
  }
}
