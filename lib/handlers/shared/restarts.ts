import { ATTEMPTS, Backoff } from "../../base/backoff.ts";
import { messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Close } from "../../process/status.ts";

/** Whether a process is started again when it has ended by itself. */
export type Restart = "never" | "on-failure" | "always";

/** Decides whether and when a process is started again, and says so in its log. */
export class Restarts {
  readonly #restart: Restart;
  readonly #log: Log;
  #backoff = new Backoff();

  constructor(restart: Restart, log: Log) {
    this.#restart = restart;
    this.#log = log;
  }

  /**
   * A process has ended by itself.
   *
   * @param lived For how long it was there, in ms.
   * @param isWanted Whether anybody wants one.
   * @returns The wait before it is started again, in ms; undefined where it is not.
   */
  after(how: Close, pid: number, lived: number, isWanted: boolean): number | undefined {
    const ended = `Process ${pid} has ended ${how.reason ? `(${how.reason})` : "by itself"}`;
    const restarts = this.#restart === "always" ||
      this.#restart === "on-failure" && how.code !== 1000;
    const level = how.code === 1000 ? "info" : "error";
    if (!restarts || !isWanted) {
      this.#log.write(level, "process", ended);
      return undefined;
    }
    const delay = this.#backoff.next(lived);
    this.#log.write(level, "process", `${ended}: ${intention(delay)}`);
    return delay;
  }

  /** The same for one that could not be started. */
  afterFailure(error: unknown): number | undefined {
    const delay = this.#backoff.next(0);
    this.#log.error("process", `${messageOf(error)}: ${intention(delay)}`);
    return delay;
  }

  /** The next is as the first. */
  reset(): void {
    this.#backoff = new Backoff();
  }
}

function intention(delay: number | undefined): string {
  return delay === undefined
    ? `it is not started again after ${ATTEMPTS} times in a row`
    : `it is started again in ${delay} ms`;
}
