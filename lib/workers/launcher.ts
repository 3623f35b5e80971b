import type { WorkerPlaces } from "./control.ts";
import type { HeldSockets } from "./held_sockets.ts";
import type { Link } from "./link.ts";
import { Meeting } from "./meeting.ts";
import { ownCommand } from "./own_command.ts";
import { SERVICE_NAMES, type ServiceHandlers } from "./services.ts";
import { WorkerProcess, type WorkerWatcher } from "./worker_process.ts";
import { WORKER_VARIABLE } from "./worker_variable.ts";

/** Options of {@linkcode Launcher}. */
export interface LauncherOptions {
  /** The number of workers. */
  readonly count: number;
  readonly sockets: HeldSockets;
  readonly places: Omit<WorkerPlaces, "held">;
  readonly services: ServiceHandlers;
  /** The command of a worker; default: that of this process. */
  readonly command?: ReturnType<typeof ownCommand>;
}

/** Starts workers, and takes them in when they come: each gets what it listens on, and the services of its parent. */
export class Launcher implements Disposable {
  /** All that have not ended. */
  readonly all = new Set<WorkerProcess>();
  readonly #options: LauncherOptions;
  readonly #watcher: WorkerWatcher;
  readonly #command: ReturnType<typeof ownCommand>;
  readonly #meeting = new Meeting((pid, link) => this.#meet(pid, link));

  /** @throws {ListenError} If there is no folder in which they can meet. */
  constructor(options: LauncherOptions, watcher: WorkerWatcher) {
    this.#options = options;
    this.#command = options.command ?? ownCommand();
    this.#watcher = watcher;
  }

  /**
   * Starts one.
   *
   * @throws {Error} If the system starts no process.
   */
  launch(number: number): WorkerProcess {
    const { sockets, places } = this.#options;
    const { program, args } = this.#command;
    const child = sockets.pass(number, places.sockets.map(({ fd }) => fd), () => {
      return new Deno.Command(program, {
        args: [...args],
        env: { [WORKER_VARIABLE]: this.#meeting.path },
        stdin: "null",
        stdout: "inherit",
        stderr: "inherit",
      }).spawn();
    });
    const worker = new WorkerProcess(number, child, this.#watcher);
    this.all.add(worker);
    worker.status.then(() => this.all.delete(worker));
    return worker;
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    await Promise.all(Array.from(this.all, ({ status }) => status));
  }

  [Symbol.dispose](): void {
    this.#meeting[Symbol.dispose]();
  }

  #meet(pid: number, link: Link): boolean {
    const worker = Array.from(this.all).find((each) => each.pid === pid && !each.hasJoined);
    if (!worker) return false;
    const { count, places, sockets, services } = this.#options;
    const { number } = worker;
    const held = sockets.places[number - 1] ?? [];
    worker.join(link, { kind: "welcome", number, count, places: { ...places, held } });
    for (const name of SERVICE_NAMES) {
      if (name === "control") continue;
      const serve = services[name];
      if (serve) serve(link.channels[name], { number, pid });
      else link.channels[name].close();
    }
    return true;
  }
}
