import { messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";

/** The work of {@linkcode KvLoop}. */
export interface LoopWork {
  /**
   * Does one round.
   *
   * @returns Whether there is more to do at once.
   * @throws If the store cannot be reached.
   */
  pass(): Promise<boolean>;
  /** A round was done. */
  done(): void;
  /** Rounds have failed, one after the other, for too long. */
  failed(why: string): void;
  /** A round is over, however it went. */
  tidy(): void;
}

/** Options of {@linkcode KvLoop}. Times in ms. */
export interface LoopOptions {
  /** The time between two rounds, where nothing wakes it. */
  readonly pollMs: number;
  /** The time in which rounds may fail: a store that is busy is not away. */
  readonly patienceMs: number;
  /** The time that the last round may take, when it is to end: a store may never answer. */
  readonly lastMs: number;
}

/** Does something again and again: whenever it is woken, and after a while in any case. */
export class KvLoop {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  #nudge = Promise.withResolvers<void>();
  /** Since when each has failed. */
  #failedSince: number | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Whether it is to end, or has. */
  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Has the next round begin at once. */
  nudge(): void {
    this.#nudge.resolve();
  }

  /** Does no other round. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Has the next round begin whenever a stream says something. Without one, what is new is found after a while.
   *
   * @param open Opens it.
   */
  follow(open: () => ReadableStream<unknown>): { cancel(): Promise<void> } {
    let reader: ReadableStreamDefaultReader<unknown>;
    try {
      reader = open().getReader();
    } catch {
      return { cancel: () => Promise.resolve() };
    }
    const read = async () => {
      while (!(await reader.read()).done) this.nudge();
    };
    // A bell that fails is heard no more: the looks at fixed times find what there is, and tell whether the store is away.
    read().catch(() => {});
    // One that has failed has nothing to cancel.
    return { cancel: () => reader.cancel().catch(() => {}) };
  }

  /**
   * Does rounds, until it is stopped.
   *
   * @returns Whether the last one was over in time.
   */
  async run(work: LoopWork): Promise<boolean> {
    const { signal } = this.#stop;
    const stopped = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => stopped.resolve(), { once: true });
    while (!signal.aborted) {
      this.#nudge = Promise.withResolvers();
      const round = this.#one(work);
      const goesOn = await Promise.race([round, stopped.promise]);
      if (signal.aborted) return await within(round, this.#options.lastMs);
      if (goesOn) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, this.#options.pollMs);
      // While it fails, nothing that is new here helps.
      const news = this.#failedSince === undefined ? [this.#nudge.promise] : [];
      await Promise.race([promise, stopped.promise, ...news]);
      clearTimeout(timer);
    }
    return true;
  }

  async #one(work: LoopWork): Promise<boolean> {
    let goesOn = false;
    try {
      goesOn = await work.pass();
      this.#failedSince = undefined;
      if (!this.isOver) work.done();
    } catch (error) {
      this.#failedSince ??= performance.now();
      const isLong = performance.now() - this.#failedSince >= this.#options.patienceMs;
      if (isLong && !this.isOver) work.failed(messageOf(error));
    }
    work.tidy();
    return goesOn;
  }
}
