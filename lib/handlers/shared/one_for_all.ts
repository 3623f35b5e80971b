import type { Admission, Handler, Place, Sole } from "../../contract.ts";
import type { Close } from "../../process/status.ts";
import { type SharedLife, Supervisor, type SupervisorOptions } from "./supervisor.ts";

/** Options of {@linkcode OneForAll}. */
export interface OneForAllOptions
  extends Pick<SupervisorOptions, "stopped" | "linger" | "restart" | "log"> {
  /** The path of the program. */
  readonly program: string;
  /** Says what runs, among all servers that are one. */
  readonly key: readonly string[];
  /** Whether it runs before anybody comes. */
  readonly isAhead: boolean;
  /**
   * Starts a process.
   *
   * @throws If that cannot be done.
   */
  launch(place: Place): SharedLife | Promise<SharedLife>;
}

/**
 * The one process for all clients of a route, as the route's handler has it: it is there as long as somebody wants it,
 * and at one of all servers that are one.
 */
export class OneForAll implements Pick<Handler, "isReady" | "sole">, AsyncDisposable {
  readonly sole: Sole;
  readonly #program: string;
  readonly #isAhead: boolean;
  readonly #supervisor: Supervisor;
  #place: Place | undefined;
  #idle = () => {};

  constructor({ program, key, isAhead, launch, ...options }: OneForAllOptions) {
    this.#program = program;
    this.#isAhead = isAhead;
    const supervisor = this.#supervisor = new Supervisor({
      ...options,
      start: () => {
        if (!this.#place) throw new Error(`${program} is started by its server`);
        return launch(this.#place);
      },
      idle: () => this.#idle(),
    });
    this.sole = {
      key: JSON.stringify(key),
      isAhead,
      hold: (idle) => {
        this.#idle = idle;
        if (isAhead) supervisor.startLater();
      },
      revoke: async () => {
        this.#idle = () => {};
        await supervisor.revoke();
      },
    };
  }

  /** The server that it runs at; undefined before that has taken up the route. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** The end of the process where there is none any more, nor will be for a client that came to it. */
  get last(): Close | undefined {
    return this.#supervisor.last;
  }

  isReady(): boolean {
    return this.#supervisor.isReady;
  }

  /** The route is taken up: runs what is to be there at once. */
  start(place: Place): void | Promise<void> {
    this.#place = place;
    this.#supervisor.resume();
    if (this.#isAhead && !place.isJoined) return this.#supervisor.start();
  }

  /**
   * A client is about to come.
   *
   * @returns The terms of its connection: `open` and `begin`, or `abandon`, have to follow.
   * @throws {LaunchError} If there is no process for it, and none can be started.
   */
  async enter(place: Place): Promise<Pick<Admission, "associated"> & { abandon(): void }> {
    this.#place = place;
    await this.#supervisor.enter();
    const { pid } = this.#supervisor;
    return {
      associated: { command: this.#program, ...(pid === undefined ? {} : { pid: String(pid) }) },
      abandon: () => {
        this.begin();
        this.leave();
      },
    };
  }

  /** A client is there: the process need not be held back any more. */
  begin(): void {
    this.#supervisor.begin();
  }

  /** A client has left. */
  leave(): void {
    this.#supervisor.leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#supervisor[Symbol.asyncDispose]();
  }
}
