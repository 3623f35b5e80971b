import { LimitError, messageOf } from "../base/errors.ts";
import { STDERR_RATE } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { NO_METER, type RouteMeter } from "../base/meter.ts";
import type { Permit, Permits } from "../base/permits.ts";
import { HIDDEN } from "../base/query_token.ts";
import type { Trace } from "../base/tracing/trace.ts";
import type { TraceContext } from "../base/tracing/trace_context.ts";
import { type ProcessTrace, traceProcess } from "../base/tracing/trace_process.ts";
import { defaultPassEnv, inherit } from "./environment.ts";
import { type Child, launch } from "./launch.ts";
import { Pty, type PtyOptions } from "./pty/pty.ts";
import { expectPty } from "./pty/pty_words.ts";
import { type Restraint, restraintOf, type RestraintOptions } from "./restraint.ts";
import { serverVariable } from "./server_path.ts";
import { shownVariable } from "./shown_variable.ts";
import { type Orphans, ProcessTree } from "./tree.ts";
import { EarlyVariables } from "./unbuffer/early_variables.ts";
import type { Unbuffer } from "./unbuffer/unbuffer.ts";

/** Variables that find and run programs: there is no secret in them. */
const USUAL = new Set(defaultPassEnv(Deno.build.os));

/** Options of {@linkcode Runner}, which all of its processes have in common. */
export interface RunnerOptions extends RestraintOptions {
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Permits for those that run at once; shared by the runners that have the same; default: the server's. */
  readonly forks?: Permits;
  /** Bytes of stderr that go to the log in a second, of each process; 0 means no limit; default 1 MB. */
  readonly stderrRate?: number;
  /** Milliseconds that a process may run; 0 or Infinity means no limit; default 0. */
  readonly timeout?: number;
  /** The policy for programs that keep their output back; default `off`. */
  readonly unbuffer?: Unbuffer;
}

/** A process to start for a request. */
export interface Job {
  readonly program: string;
  readonly args: readonly string[];
  /** The folder that it runs in; default: the server's. */
  readonly cwd?: string;
  /** The `UNIQUE_ID` of the process, by which what it leaves behind is found. */
  readonly id: string;
  /** Makes the variables of the process. */
  environment(
    inherited: Readonly<Record<string, string>>,
    trace?: TraceContext,
  ): Record<string, string>;
  /** The ones of them that its route says (`env=`), of which no log has more than the names; default: none. */
  readonly own?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** The trace of the request that it is started for; default: there is none. */
  readonly trace?: Trace | undefined;
  /** The processes of the server, of which it is one. */
  readonly processes: Permits;
  /** Counts it; default: nobody does. */
  readonly meter?: RouteMeter;
  /** The line for the log where no permit is left. */
  readonly refusal: string;
  /** Ends it where somebody else needs its permit; default: it keeps that. */
  readonly giveWay?: () => void;
  /** Whether the log is not to show its variables, which may have a client's password; default false. */
  readonly hasSecrets?: boolean;
  /** The policy for what it leaves behind; default: that is ended. */
  readonly orphans?: Orphans | undefined;
  /** The pseudo-terminal that it is put on; default: it has pipes. */
  readonly pty?: Omit<PtyOptions, "owner"> | undefined;
}

/** A process that was started. */
export interface Started {
  readonly child: Child;
  /** The pseudo-terminal that it is on. */
  readonly pty?: Pty | undefined;
  /** The same with all that it starts. */
  readonly tree: ProcessTree;
  /** The log of its request, which knows its number now. */
  readonly log: Log;
  /** Counts it. */
  readonly meter: RouteMeter;
  /** The trace of it, where somebody gathers traces. */
  readonly trace: ProcessTrace | undefined;
  /** Bytes of stderr that go there in a second; 0 means no limit. */
  readonly stderrRate: number;
  /** Milliseconds that it may run; 0 or Infinity means no limit. */
  readonly timeout: number;
  /** Keeps its permit, where that was to give way. */
  claim(): void;
  /** Gives its permit back; a second time does nothing. */
  release(): void;
}

/** Starts processes within a limit, and knows which of them still run. */
export class Runner implements AsyncDisposable {
  readonly #forks: Permits | undefined;
  readonly #inherited: Readonly<Record<string, string>>;
  /** These and what says as whom it runs. */
  readonly #basis: Readonly<Record<string, string>>;
  readonly #stderrRate: number;
  readonly #timeout: number;
  readonly #restraint: Restraint | undefined;
  readonly #early: EarlyVariables;
  /** The pseudo-terminal of those that are started on none of their own. */
  readonly #pty: Job["pty"];
  readonly #running = new Set<Promise<void>>();

  /** @throws {UsageError} If programs cannot be held to their limits here, or not be made to write at once. */
  constructor(options: RunnerOptions) {
    this.#forks = options.forks;
    this.#stderrRate = options.stderrRate ?? STDERR_RATE;
    this.#timeout = options.timeout ?? 0;
    this.#restraint = restraintOf(options);
    const { unbuffer = "off" } = options;
    if (unbuffer === "pty") expectPty("unbuffer=pty", "stdout");
    this.#pty = unbuffer === "pty" ? { streams: "stdout" } : undefined;
    this.#early = new EarlyVariables(unbuffer);
    const names = options.passEnv ?? defaultPassEnv(Deno.build.os);
    this.#inherited = inherit(names, serverVariable);
    this.#basis = { ...this.#inherited, ...this.#restraint?.user?.variables };
  }

  /**
   * Starts a process; `keep` has to follow.
   *
   * @returns To be waited for where several servers have their permits together; never otherwise.
   * @throws {LimitError} If all permits are taken (429), or the system has no pseudo-terminal left (503).
   * @throws {LaunchError} If it cannot be started.
   */
  start(job: Job): Started | Promise<Started> {
    const permit = (this.#forks ?? job.processes).obtain(job.giveWay);
    return permit instanceof Promise
      ? permit.then((permit) => this.#start(job, permit))
      : this.#start(job, permit);
  }

  #start(job: Job, permit: Permit | undefined): Started {
    const { meter = NO_METER.at(undefined) } = job;
    if (!permit) {
      // Who would give way refuses nobody.
      if (!job.giveWay) meter.limited("maxforks");
      throw new LimitError("maxforks", job.refusal, { status: 429 });
    }
    const trace = traceProcess(job.program, job.trace);
    let pty: Pty | undefined;
    try {
      const early = this.#early.of({ ...job, path: this.#basis.PATH });
      const env = job.environment({ ...early, ...this.#basis }, trace?.context);
      if (!job.hasSecrets) this.#logVariables(job, env);
      const before = performance.now();
      pty = this.#ptyFor(job);
      const child = launch({ ...job, env, restraint: this.#restraint, pty });
      meter.processStarted(performance.now() - before);
      trace?.started(child.pid);
      const tree = new ProcessTree(child, job.id, job.orphans);
      tree.exit.then((status) => {
        meter.processEnded(status);
        trace?.ended(status);
      });
      const log = job.log.with({ pid: String(child.pid) });
      const claim = () => permit.claim();
      const release = () => permit[Symbol.dispose]();
      const [stderrRate, timeout] = [this.#stderrRate, this.#timeout];
      return { child, pty, tree, log, meter, trace, stderrRate, timeout, claim, release };
    } catch (error) {
      meter.processFailed();
      trace?.failed(error);
      pty?.[Symbol.dispose]();
      permit[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Remembers a process until all of it has ended, and has its permit back then at the latest.
   *
   * @param life Settles then; why it rejects is logged.
   */
  keep({ child, tree, log, release }: Started, life: Promise<void>): void {
    const end = life.catch((error) => {
      log.error("process", `Process ${child.pid}: ${error}`);
    }).finally(() => {
      this.#running.delete(end);
      release();
      tree[Symbol.dispose]();
    });
    this.#running.add(end);
  }

  /** Waits for all of them; it ends none. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running);
  }

  /** The pseudo-terminal that it is to be put on. There are some: the start has tried. */
  #ptyFor(
    { program, args, pty = this.#pty, meter = NO_METER.at(undefined) }: Job,
  ): Pty | undefined {
    if (!pty) return undefined;
    try {
      return new Pty({ ...pty, owner: this.#restraint?.user });
    } catch (cause) {
      meter.limited("terminals");
      const command = [program, ...args].join(" ");
      const message = `Could not launch process ${command} (${messageOf(cause)})`;
      throw new LimitError("terminals", message, { status: 503 });
    }
  }

  #logVariables({ log, own = {} }: Job, env: Readonly<Record<string, string>>): void {
    if (!log.enabled("debug")) return;
    for (const [name, value] of Object.entries(env)) {
      const isOwn = Object.hasOwn(own, name);
      // What somebody has it pass on is to be told to programs, and not to who reads the log.
      const shown = isOwn || this.#isNamed(name) ? HIDDEN : shownVariable(name, value);
      const kind = isOwn ? "Route" : this.#kindOf(name);
      log.debug("env", `${kind} variable: ${name}=${shown}`);
    }
  }

  /** Whether it is one of the server's variables that is passed on because somebody says so. */
  #isNamed(name: string): boolean {
    return Object.hasOwn(this.#inherited, name) && !USUAL.has(name);
  }

  #kindOf(name: string): string {
    if (Object.hasOwn(this.#inherited, name)) return "Parent";
    return name.startsWith("HTTP_") ? "Header" : "Std.";
  }
}
