import type { CommonLine } from "../base/log.ts";
import { within } from "../base/within.ts";
import { type Order, type Report, type Talk, talk } from "./control.ts";
import type { Link } from "./link.ts";

type ReportOf<K extends Report["kind"]> = Extract<Report, { kind: K }>;

// How often a worker is asked whether it is alive, in ms, and how many questions in a row it may leave unanswered: a
// module may compute for seconds, and who has stopped is of no use to the clients that the system sends there.
const HEARTBEAT_MS = 2_000;
const UNANSWERED = 5;

/** Connections and requests of a worker, as it said last. */
export type Load = Omit<ReportOf<"pong">, "kind">;

/** The words of a worker that serves, when it begins to. */
export type Ready = ReportOf<"ready">;

const NONE: Load = { connections: 0, requests: 0, quietMs: 0 };

/** Told of a worker. */
export interface WorkerWatcher {
  /** Called when it has not answered for too long, in ms. */
  silent(worker: WorkerProcess, ms: number): void;
  /** Called when a file of a module has changed. */
  changed(worker: WorkerProcess): void;
  /** Called with a line for the log that others may say as well. */
  said(worker: WorkerProcess, line: CommonLine): void;
}

/** One worker as the parent knows it. */
export class WorkerProcess {
  readonly number: number;
  readonly #child: Deno.ChildProcess;
  readonly #watcher: WorkerWatcher;
  readonly #ready = Promise.withResolvers<Ready | undefined>();
  readonly #since = performance.now();
  /** The time of its end; undefined before that. */
  #until: number | undefined;
  #control: Talk<Order, Report> | undefined;
  #link: Link | undefined;
  /** Orders for when it has come. */
  readonly #early: Order[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #pongs: ((load: Load | undefined) => void)[] = [];
  #reloads: ((failed: string | undefined) => void)[] = [];
  #isReady = false;
  #hasEnded = false;
  /** As it said last. */
  #load = NONE;

  constructor(number: number, child: Deno.ChildProcess, watcher: WorkerWatcher) {
    this.number = number;
    this.#child = child;
    this.#watcher = watcher;
    child.status.then(() => this.#ended());
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The name of it for the log. */
  get name(): string {
    return `Worker ${this.number} (process ${this.pid})`;
  }

  /** Resolves at the end of the process. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Resolves when it serves; to undefined where it ends before. */
  get ready(): Promise<Ready | undefined> {
    return this.#ready.promise;
  }

  /** Whether it has begun to serve. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Milliseconds that it has lived. */
  get age(): number {
    return (this.#until ?? performance.now()) - this.#since;
  }

  get hasJoined(): boolean {
    return this.#link !== undefined;
  }

  /** Takes up the way to it: it has come. */
  join(link: Link, welcome: Order): void {
    this.#link = link;
    const control = this.#control = talk<Order, Report>(link.channels.control);
    control.say(welcome);
    for (const order of this.#early.splice(0)) control.say(order);
    control.hear((report) => this.#take(report));
  }

  /** Tells it something, where it has not come yet, when it does. */
  say(order: Order): void {
    if (this.#control) this.#control.say(order);
    else this.#early.push(order);
  }

  /** The load that it told last. */
  get lately(): Load {
    return this.#load;
  }

  /** Asks for its load; undefined where it does not answer in time. */
  async load(ms: number): Promise<Load | undefined> {
    if (!this.#isReady || this.#hasEnded) return undefined;
    const { promise, resolve } = Promise.withResolvers<Load | undefined>();
    this.#pongs.push(resolve);
    this.say({ kind: "ping" });
    return await within(promise, ms) ? await promise : undefined;
  }

  /**
   * Has it take up what has changed; where it does not serve yet, as soon as it does.
   *
   * @returns Why it has not; undefined where it has, or has ended.
   */
  async reload(routes: boolean, tells: boolean): Promise<string | undefined> {
    if (this.#hasEnded) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#reloads.push(resolve);
    this.say({ kind: "reload", routes, tells });
    return await promise;
  }

  /** Ends it at once. */
  kill(): void {
    if (this.#hasEnded) return;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended, and its status is on the way.
    }
  }

  #take(report: Report): void {
    this.#unanswered = 0;
    switch (report.kind) {
      case "ready":
        this.#isReady = true;
        this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
        this.#ready.resolve(report);
        break;
      case "pong":
        this.#load = report;
        for (const resolve of this.#pongs.splice(0)) resolve(report);
        break;
      case "reloaded":
        this.#reloads.shift()?.(report.failed);
        break;
      case "changed":
        this.#watcher.changed(this);
        break;
      case "line":
        this.#watcher.said(this, report.line);
    }
  }

  #beat(): void {
    // Counted by turns of this process: one that was stopped itself does not hold that against others.
    if (this.#unanswered++ >= UNANSWERED) {
      clearInterval(this.#timer);
      this.#watcher.silent(this, UNANSWERED * HEARTBEAT_MS);
    } else this.say({ kind: "ping" });
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#until = performance.now();
    this.#load = NONE;
    clearInterval(this.#timer);
    this.#link?.close();
    this.#ready.resolve(undefined);
    for (const resolve of [...this.#pongs.splice(0), ...this.#reloads.splice(0)]) {
      resolve(undefined);
    }
  }
}
