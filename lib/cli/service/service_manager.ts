import { messageOf } from "../../base/errors.ts";
import { Libc } from "../../base/libc.ts";
import { Log } from "../../base/log.ts";
import { oneLine } from "../../base/one_line.ts";
import type { ServiceVariables } from "./service_variables.ts";

const log = new Log();

// A timer takes no more, in ms.
const LONGEST = 2 ** 31 - 1;

/**
 * The service manager that has started this process, as systemd, which is told how it is (sd_notify(3)): by
 * datagrams to the socket that NOTIFY_SOCKET names. Without one, nothing is done.
 */
export class ServiceManager implements Disposable {
  readonly #socket: string;
  readonly #libc: Libc | undefined;
  #watchdog: ReturnType<typeof setInterval> | undefined;
  /** Whether the last message did not arrive, which the log has said. */
  #isFailing = false;

  /**
   * Begins to answer its watchdog.
   *
   * @param pid The number of this process.
   * @param isAlive Whether the watchdog is to be answered; default: always.
   */
  constructor(variables: ServiceVariables, pid: number, isAlive = () => true) {
    const { NOTIFY_SOCKET = "" } = variables;
    this.#socket = NOTIFY_SOCKET;
    if (NOTIFY_SOCKET === "") return;
    try {
      if (!/^[/@]/.test(NOTIFY_SOCKET)) throw new Error("it is no Unix socket");
      this.#libc = new Libc();
    } catch (error) {
      this.#failed(error);
      return;
    }
    const interval = watchdogInterval(variables, pid);
    // A loop that does not turn any more does not answer either: then the manager starts another one.
    if (interval) {
      this.#watchdog = setInterval(() => {
        if (isAlive()) this.#send("WATCHDOG=1");
      }, interval);
    }
  }

  /** Whether there is one. */
  get isThere(): boolean {
    return this.#socket !== "";
  }

  /** The server serves, also after `reloading`. */
  ready(status: string): void {
    this.#send("READY=1", statusOf(status));
  }

  /** The server takes up what has changed; `ready` follows. */
  reloading(): void {
    this.#send("RELOADING=1", () => `MONOTONIC_USEC=${this.#libc?.monotonic()}`);
  }

  /**
   * The server ends.
   *
   * @param ms The longest that it may take.
   */
  stopping(status: string, ms: number): void {
    const time = ms === Infinity ? [] : [`EXTEND_TIMEOUT_USEC=${Math.ceil(ms) * 1_000}`];
    this.#send("STOPPING=1", ...time, statusOf(status));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watchdog);
    this.#libc?.[Symbol.dispose]();
  }

  #send(...lines: (string | (() => string))[]): void {
    if (!this.#libc) return;
    try {
      const texts = lines.map((line) => typeof line === "string" ? line : line());
      this.#libc.sendTo(this.#socket, texts.join("\n"));
      this.#isFailing = false;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const where = `the service manager at "${this.#socket}" (NOTIFY_SOCKET)`;
    log.error("server", `Cannot notify ${where}: ${messageOf(error)}`);
  }
}

/** Milliseconds between two answers: half of the time in which one is expected; undefined where none is. */
export function watchdogInterval(variables: ServiceVariables, pid: number): number | undefined {
  const { WATCHDOG_USEC = "", WATCHDOG_PID = String(pid) } = variables;
  if (WATCHDOG_PID !== String(pid) || !/^\d+$/.test(WATCHDOG_USEC)) return undefined;
  const interval = Math.floor(Number(WATCHDOG_USEC) / 2_000);
  return interval > 0 ? Math.min(interval, LONGEST) : undefined;
}

function statusOf(status: string): string {
  return `STATUS=${oneLine(status)}`;
}
