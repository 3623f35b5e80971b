import { Log } from "../../base/log.ts";
import { nextId } from "../../base/request.ts";
import type { Place } from "../../contract.ts";
import { ClientInput } from "../../process/client_input.ts";
import { Life } from "../../process/life.ts";
import type { Outlet } from "../../process/outlet.ts";
import type { Runner, Started } from "../../process/runner.ts";
import { sharedEnvironment } from "../../process/shared_environment.ts";
import type { Orphans } from "../../process/tree.ts";
import { WarmPool } from "./warm_pool.ts";

/** Options of {@linkcode Warm}: the command, which is the same for all clients, and how its processes wait. */
export interface WarmCommand {
  readonly runner: Runner;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  /** Variables of the route. */
  readonly own: Readonly<Record<string, string>>;
  readonly orphans: Orphans | undefined;
  readonly closeMs: number;
  readonly count: number;
  readonly idleMs: number;
}

/** Variables that are the same for all clients. */
const ALIKE = {
  GATEWAY_INTERFACE: "CGI/1.1",
  REQUEST_METHOD: "GET",
  SERVER_PROTOCOL: "HTTP/1.1",
};

const NOTHING: Outlet = { decoder: { push: () => 0, end() {} }, smallest: 512 };

/** A process for a client, and its `UNIQUE_ID`, which is none of a connection. */
export interface WarmProcess {
  readonly started: Started;
  readonly id: string;
}

/** Processes of a command that wait for clients, and what they are started with and ended by. */
export class Warm {
  readonly #command: WarmCommand;
  readonly #pool: WarmPool;
  readonly #ids = new WeakMap<Started, string>();
  #place: Place | undefined;
  #isEnded = false;

  constructor(command: WarmCommand) {
    this.#command = command;
    const { count, idleMs, program } = command;
    const log = new Log({ command: program });
    this.#pool = new WarmPool({
      count,
      idleMs,
      log,
      start: (giveWay) => this.#start(giveWay, log),
      end: (started, isTold) => this.#end(started, isTold),
    });
  }

  get isReady(): boolean {
    return this.#pool.isReady;
  }

  /** Begins to have processes. */
  open(place: Place): void {
    this.#place = place;
    this.#isEnded = false;
    this.#pool.open();
  }

  /**
   * Takes one for a client, whose log and counts are its own from then on; `refill` has to follow.
   *
   * @param place That of the client; also opens it again, where it was closed and somebody comes after all.
   */
  take(place: Place): WarmProcess | undefined {
    if (!this.#isEnded) this.#pool.open();
    const started = this.#pool.take();
    if (!started) return undefined;
    const log = place.log.with({
      command: this.#command.program,
      pid: String(started.child.pid),
    });
    const id = this.#ids.get(started) ?? "";
    return { started: { ...started, log, meter: place.meter }, id };
  }

  /** Starts others for those that were taken. */
  refill(): void {
    this.#pool.refill();
  }

  /** Ends those that wait. */
  close(): void {
    this.#pool.close();
  }

  /** The same, and whoever still comes opens it no more. */
  end(): void {
    this.#isEnded = true;
    this.close();
  }

  #start(giveWay: () => void, log: Log): Started | Promise<Started> {
    if (!this.#place) throw new Error("Processes that wait are started by their server");
    const { runner, program, args, cwd, own, orphans } = this.#command;
    const { processes, meter } = this.#place;
    const id = nextId();
    const starting = runner.start({
      program,
      args,
      ...(cwd === undefined ? {} : { cwd }),
      id,
      environment: (inherited, trace) =>
        sharedEnvironment({ id, inherited: { ...inherited, ...ALIKE }, own, trace }),
      own,
      log,
      processes,
      meter,
      refusal: "Max of possible forks already active, no process waits",
      orphans,
      giveWay,
    });
    const named = (started: Started) => {
      this.#ids.set(started, id);
      return started;
    };
    return starting instanceof Promise ? starting.then(named) : named(starting);
  }

  #end(started: Started, isTold: boolean): void {
    const { runner, closeMs } = this.#command;
    const life = new Life(started, { closeMs });
    life.begin({
      feed: (stdin) => new ClientInput({ maxQueue: 1 }).feed(stdin),
      stdout: NOTHING,
      // Otherwise the log has it.
      ...(isTold ? {} : { stderr: NOTHING }),
    });
    life.end(0);
    runner.keep(started, life.gone);
  }
}
