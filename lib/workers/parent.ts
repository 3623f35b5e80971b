import { duration } from "../base/duration.ts";
import { messageOf, UsageError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { within } from "../base/within.ts";
import type { Silent } from "../admin/others.ts";
import type { Crew } from "./ask/ask_all.ts";
import { CommonLines } from "./common_lines.ts";
import { Launcher, type LauncherOptions } from "./launcher.ts";
import { Loads } from "./loads.ts";
import { Restarts } from "./restarts.ts";
import { StartPatience } from "./start_patience.ts";
import { WorkerFailure } from "./worker_failure.ts";
import type { Ready, WorkerProcess } from "./worker_process.ts";

const log = new Log();

// How long a worker that is replaced is waited for until it is the turn of the next one, in ms: its clients may stay
// as long as they like, and others shall not wait for that.
const TURN = 10_000;
// What a worker may take to its end beside its own time, in ms.
const GRACE = 1_000;

/** Options of {@linkcode Parent}. */
export interface ParentOptions extends LauncherOptions {
  /** Milliseconds that a worker may take until it serves, where others do; default: see {@linkcode StartPatience}. */
  readonly startMs?: number;
}

/**
 * Starts workers, watches them, and starts others in place of those that end: in all that matters to whoever ends or
 * reloads it, a server.
 */
export class Parent implements AsyncDisposable, Crew {
  readonly #options: ParentOptions;
  /** Has all that have not ended, also those that were replaced. */
  readonly #launcher: Launcher;
  /** The load of all of them. */
  readonly loads: Loads = new Loads(() => this.#launcher.all);
  /** Workers that serve or shall serve, by their numbers. */
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #restarts = new Restarts();
  readonly #lines = new CommonLines();
  readonly #patience: StartPatience;
  #isWatching = false;
  /** Whether no worker has any time left. */
  #isOver = false;
  #shutdownMs = 0;
  /** Called when a worker has seen that a module has changed. */
  onChanged: () => void = () => {};
  /** Lines for the log that say what is served, and where, as the first worker has said them. */
  lines: readonly string[] = [];
  addresses: readonly string[] = [];

  private constructor(options: ParentOptions) {
    this.#options = options;
    this.#patience = new StartPatience(options.startMs);
    this.#launcher = new Launcher(options, {
      silent: (worker, ms) => {
        log.error("server", `${worker.name} has not answered for ${duration(ms)}: it is killed`);
        worker.kill();
      },
      // All see it: it is enough that one says it.
      changed: (worker) => {
        if (this.#serving[0] === worker) this.onChanged();
      },
      said: ({ pid }, line) => this.#lines.take(pid, line),
    });
  }

  /**
   * Starts the workers: first one alone, and all others when that serves.
   *
   * @param signal Ends the start, where it comes first.
   * @throws {WorkerFailure} If one of them ends before it serves, or all have to; then all have ended.
   * @throws {UsageError} If the system starts no process; then all have ended as well.
   * @throws {ListenError} If there is no folder in which they can meet.
   */
  static async start(options: ParentOptions, signal: Promise<number>): Promise<Parent> {
    const parent = new Parent(options);
    const ended = signal.then(() => {
      throw new WorkerFailure(0);
    });
    try {
      await Promise.race([parent.#begin(), ended]);
      return parent;
    } catch (error) {
      await parent[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The longest that its shutdown may take, in ms. */
  get shutdownMs(): number {
    return this.#shutdownMs + GRACE;
  }

  /** Whether one of the workers serves. */
  get isAlive(): boolean {
    return this.#serving.length > 0;
  }

  get missing(): readonly Silent[] {
    const there = new Set(this.#serving.map(({ number }) => number));
    return Array.from({ length: this.#options.count }, (_, at) => at + 1)
      .filter((number) => !there.has(number))
      .map((worker) => ({ worker, reason: "is being started again" }));
  }

  isRetired(pid: number): boolean {
    return !this.#workers.values().some((worker) => worker.pid === pid);
  }

  /** Has all workers take up what has changed: the first alone, and the others where it has not failed. */
  async reload(routes: boolean): Promise<void> {
    const [first, ...others] = this.#serving;
    const follow = async (worker: WorkerProcess) => {
      this.#lines.told();
      const failed = await worker.reload(routes, false);
      if (failed !== undefined) {
        log.error("server", `${worker.name} has not reloaded: ${failed}`);
      }
    };
    for (const worker of this.#workers.values()) {
      // It may have read what was there before.
      if (!worker.isReady) follow(worker);
    }
    this.#lines.told();
    if (!first || await first.reload(routes, true) !== undefined) return;
    if (first.hasEnded) {
      const why = `${first.name} has ended meanwhile, and the others stay as they were`;
      return log.error("server", `Cannot reload: ${why}`);
    }
    for (const worker of others) await follow(worker);
  }

  /**
   * Replaces the workers one by one: each when its successor serves.
   *
   * @returns Whether all of them were.
   */
  async roll(): Promise<boolean> {
    for (let number = 1; number <= this.#options.count; number++) {
      if (!this.#isWatching) return false;
      const next = this.#tryToLaunch(number);
      const ready = next && await this.#patience.with(next);
      if (!this.#isWatching) return false;
      if (!next || !ready) {
        log.error(
          "server",
          `Cannot replace worker ${number}: the new one has ended before it served`,
        );
        return false;
      }
      const old = this.#workers.get(number);
      this.#workers.set(number, next);
      this.#serves(next, ready);
      old?.say({ kind: "retire" });
      log.info("server", `${next.name} serves in place of process ${old?.pid}`);
      if (old) await within(old.status, TURN);
    }
    return true;
  }

  /** Has all workers take nothing new, and give what there is its time; resolves when all have ended. */
  async drain(): Promise<void> {
    this.#unwatch();
    for (const worker of this.#launcher.all) worker.say({ kind: "end", drains: true });
    await this.#launcher.ended();
  }

  /** Ends all workers gracefully. Answers whether all ended in time. */
  async shutdown(): Promise<boolean> {
    this.#unwatch();
    for (const worker of this.#launcher.all) worker.say({ kind: "end", drains: false });
    return await within(this.#launcher.ended(), this.shutdownMs);
  }

  /** Ends at once what has not ended yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unwatch();
    this.#isOver = true;
    for (const worker of this.#launcher.all) worker.say({ kind: "quit" });
    await within(this.#launcher.ended(), GRACE);
    for (const worker of this.#launcher.all) worker.kill();
    await this.#launcher.ended();
    this.#launcher[Symbol.dispose]();
  }

  get #serving(): WorkerProcess[] {
    return [...this.#workers].sort(([a], [b]) => a - b).map(([, worker]) => worker)
      .filter(({ isReady }) => isReady);
  }

  async #begin(): Promise<void> {
    const { count } = this.#options;
    await this.#first(1);
    await Promise.all(Array.from({ length: count - 1 }, (_, at) => this.#first(at + 2)));
    this.#isWatching = true;
    // One may have ended since it was there.
    for (const [number, worker] of this.#workers) {
      if (!this.#launcher.all.has(worker)) this.#again(number, worker);
    }
  }

  /** Starts a worker for the first time. */
  async #first(number: number): Promise<void> {
    let worker;
    try {
      worker = this.#launch(number);
    } catch (error) {
      throw new UsageError(
        `Cannot start worker ${number} of ${this.#options.count}: ${messageOf(error)}`,
      );
    }
    this.#workers.set(number, worker);
    const ready = await worker.ready;
    if (!ready) throw new WorkerFailure((await worker.status).code);
    this.#serves(worker, ready);
    if (number > 1) return;
    this.lines = ready.lines;
    this.addresses = ready.addresses;
  }

  #launch(number: number): WorkerProcess {
    const worker = this.#launcher.launch(number);
    worker.status.then((status) => this.#ended(worker, status));
    return worker;
  }

  #ended(worker: WorkerProcess, status: Deno.CommandStatus): void {
    const isMissed = this.#isWatching && this.#workers.get(worker.number) === worker;
    // Who was told to end has no other status than 0, and who has not begun to serve has said why.
    const isFailure = isMissed || (worker.isReady && status.code !== 0 && !this.#isOver);
    log.write(
      isFailure ? "error" : "debug",
      "server",
      `${worker.name} has ended ${endOf(status)}`,
    );
    if (isMissed) this.#again(worker.number, worker);
  }

  #tryToLaunch(number: number): WorkerProcess | undefined {
    try {
      return this.#launch(number);
    } catch (error) {
      log.error("server", `Cannot start worker ${number}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /**
   * Starts a worker again that has ended, after some time.
   *
   * @param isLong Whether it was tried in vain already: others get the clients meanwhile.
   * @param lived Milliseconds that the last one has lived.
   */
  #again(
    number: number,
    ended: WorkerProcess,
    isLong: boolean = !ended.isReady,
    lived: number = ended.age,
  ): void {
    if (isLong) this.#options.sockets.rest(number);
    this.#restarts.later(number, lived, async () => {
      // It was replaced meanwhile.
      if (this.#workers.get(number) !== ended) return;
      const worker = this.#tryToLaunch(number);
      if (!worker) return this.#again(number, ended, true, 0);
      this.#workers.set(number, worker);
      const ready = await this.#patience.with(worker);
      if (!ready) return;
      this.#serves(worker, ready);
      log.info("server", `${worker.name} serves`);
    });
  }

  #serves(worker: WorkerProcess, { shutdownMs }: Ready): void {
    this.#shutdownMs = Math.max(this.#shutdownMs, shutdownMs);
    this.#patience.note(worker.age);
  }

  #unwatch(): void {
    this.#isWatching = false;
    this.#restarts[Symbol.dispose]();
  }
}

function endOf({ code, signal }: Deno.CommandStatus): string {
  return signal === null ? `with status ${code}` : `by ${signal}`;
}
