import { constants } from "node:os";
import { counted } from "../base/counted.ts";
import { duration } from "../base/duration.ts";
import { Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import { within } from "../base/within.ts";
import type { Config } from "../config.ts";
import type { Ended } from "../connection/ending_sentence.ts";
import { killAll } from "../process/tree.ts";
import type { Server } from "../serve.ts";
import type { ServiceManager } from "./service/service_manager.ts";
import { type Idling, untilIdle } from "./until_idle.ts";

const log = new Log();

/** Signals that the system sends to the program. */
export interface Signals {
  /** Resolves at the next signal that asks the program to end, to its number. */
  next(): Promise<number>;
  /** Calls this at every signal that asks for what has changed to be taken up (SIGHUP). */
  onHangup(listener: () => void): void;
}

/** Options of {@linkcode untilEnd}. */
export interface UntilEndOptions extends Pick<Config["lifetime"], "drainMs" | "exitIdleMs"> {
  /** The first signal, listened for since the start. */
  readonly signal: Promise<number>;
  readonly signals: Pick<Signals, "next">;
  readonly manager: Pick<ServiceManager, "stopping">;
  /** The end of the one connection that is served; never where there may be more. */
  readonly served: Promise<Ended>;
  /** The longest that a shutdown may take, in ms. */
  readonly shutdownMs: number;
  /** Told how the end goes; default: the log. */
  readonly tell?: (line: string) => void;
}

/** The part of a server that matters to its end. */
export type Ending =
  & Pick<Server, "connections" | "requests" | "drain" | "shutdown">
  & Idling
  & {
    /** Has `connections` and `requests` be those of now, where others count them. */
    refresh?(): Promise<void>;
  };

function inform(line: string): void {
  log.info("server", line);
}

/**
 * Serves until a signal comes, nobody has come for long enough, or the one connection has ended; then ends
 * gracefully, or at once if there is a second signal.
 *
 * @returns The exit code.
 */
export async function untilEnd(server: Ending, options: UntilEndOptions): Promise<number> {
  const { signal, signals, manager, served, shutdownMs, drainMs, exitIdleMs = Infinity } = options;
  const { tell = inform } = options;
  survive();
  using idle = untilIdle(server, exitIdleMs);
  const cause = await Promise.race([
    signal.then((number) => ({ drains: number === constants.signals.SIGTERM, code: 0 })),
    served.then((ended) => ({ drains: false, code: exitCodeOf(ended) })),
    idle.reached.then(() => {
      tell(`There was no connection for ${duration(exitIdleMs)}`);
      return { drains: false, code: 0 };
    }),
  ]);
  const again = signals.next().then((number) => 128 + number);
  const end = async () => {
    if (cause.drains && drainMs > 0) await drain(server, options);
    tell("Shutting down");
    manager.stopping("Shutting down", shutdownMs);
    await server.shutdown();
    return cause.code;
  };
  const code = await Promise.race([end(), again]);
  killAll();
  return code;
}

/** Gives the connections and requests that there are their time to end. */
async function drain(
  server: Ending,
  { manager, drainMs, shutdownMs, tell = inform }: UntilEndOptions,
): Promise<void> {
  const drained = server.drain();
  const many = await busyWith(server);
  const time = drainMs === Infinity ? "as long as they like" : duration(drainMs);
  tell(`Draining: ${many} may take ${time}, and no new ones are taken`);
  manager.stopping(`Draining: ${many}`, drainMs + shutdownMs);
  if (drainMs === Infinity) return await drained;
  if (await within(drained, drainMs)) return;
  tell(`The time is over for ${await busyWith(server)}`);
}

/** Says for the log how much a server has to do. */
async function busyWith(server: Ending): Promise<string> {
  await server.refresh?.();
  const { connections, requests } = server;
  const parts = [counted(connections, "connection")];
  if (requests > 0) parts.push(counted(requests, "request"));
  return parts.join(" and ");
}

/**
 * The exit code that says how a connection has ended: that of its program, as a shell counts it, 0 where it was
 * closed as is usual, otherwise 1.
 */
export function exitCodeOf({ code, exitStatus, signal }: Ended): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  if (signal !== undefined) return 128 + (numbers[signal] ?? 0);
  if (exitStatus !== undefined) return exitStatus;
  return code === 1000 || code === 1001 || code === 1005 ? 0 : 1;
}

/** Has mistakes that nobody catches end nobody's connection. */
function survive(): void {
  // Whoever made the promise has forgotten it.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    logThrown(log, "server", "Unhandled", event.reason);
  });
  // The same for what a module does in a timer.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    logThrown(log, "server", "Uncaught", event.error);
  });
}
