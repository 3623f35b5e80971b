import { HandshakeError } from "../base/errors.ts";
import { STDERR_RATE } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Permits } from "../base/permits.ts";
import { defaultPassEnv, inherit } from "./environment.ts";
import { launch } from "./launch.ts";
import { type Orphans, ProcessTree } from "./tree.ts";

/** Options of {@linkcode Runner}, which all of its processes have in common. */
export interface RunnerOptions {
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Permits for those that run at once; shared by the runners that have the same; default: the server's. */
  readonly forks?: Permits;
  /** Bytes of stderr that go to the log in a second, of each process; 0 means no limit; default 1 MB. */
  readonly stderrRate?: number;
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
  environment(inherited: Readonly<Record<string, string>>): Record<string, string>;
  readonly log: Log;
  /** The processes of the server, of which it is one. */
  readonly processes: Permits;
  /** The line for the log where no permit is left. */
  readonly refusal: string;
  /** The policy for what it leaves behind; default: that is ended. */
  readonly orphans?: Orphans | undefined;
}

/** A process that was started. */
export interface Started {
  readonly child: Deno.ChildProcess;
  /** The same with all that it starts. */
  readonly tree: ProcessTree;
  /** The log of its request, which knows its number now. */
  readonly log: Log;
  /** Bytes of stderr that go there in a second; 0 means no limit. */
  readonly stderrRate: number;
  /** Gives its permit back; a second time does nothing. */
  release(): void;
}

/** Starts processes within a limit, and knows which of them still run. */
export class Runner implements AsyncDisposable {
  readonly #forks: Permits | undefined;
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #stderrRate: number;
  readonly #running = new Set<Promise<void>>();

  constructor(options: RunnerOptions) {
    this.#forks = options.forks;
    this.#stderrRate = options.stderrRate ?? STDERR_RATE;
    const names = options.passEnv ?? defaultPassEnv(Deno.build.os);
    this.#inherited = inherit(names, (name) => Deno.env.get(name));
  }

  /**
   * Starts a process; `keep` has to follow.
   *
   * @throws {HandshakeError} If all permits are taken (429).
   * @throws {LaunchError} If it cannot be started.
   */
  start(job: Job): Started {
    const permit = (this.#forks ?? job.processes).take();
    if (!permit) throw new HandshakeError(429, job.refusal);
    try {
      const env = job.environment(this.#inherited);
      this.#logVariables(job.log, env);
      const child = launch({ ...job, env });
      const tree = new ProcessTree(child, job.id, job.orphans);
      const log = job.log.with({ pid: String(child.pid) });
      const release = () => permit[Symbol.dispose]();
      return { child, tree, log, stderrRate: this.#stderrRate, release };
    } catch (error) {
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

  #logVariables(log: Log, env: Readonly<Record<string, string>>): void {
    if (!log.enabled("debug")) return;
    for (const [name, value] of Object.entries(env)) {
      log.debug("env", `${this.#kindOf(name)} variable: ${name}=${value}`);
    }
  }

  #kindOf(name: string): string {
    if (Object.hasOwn(this.#inherited, name)) return "Parent";
    return name.startsWith("HTTP_") ? "Header" : "Std.";
  }
}
