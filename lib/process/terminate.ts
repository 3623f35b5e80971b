import type { Log } from "../base/log.ts";

/** Something that ends when asked more and more firmly. */
export interface Terminable {
  /** The number that the log names. */
  readonly pid: number;
  /** Sends a signal to all of it. */
  signal(signal: Deno.Signal): unknown;
  /** Whether it ends within `ms` milliseconds. */
  ended(ms: number): Promise<boolean>;
}

/** Options of {@linkcode terminate}. */
export interface TerminateOptions {
  /** Milliseconds that are added to each wait (`--closems`). */
  readonly closeMs: number;
  readonly log: Log;
}

/** Escalation steps: the wait of each in ms, and the signal that follows it; the input is closed already. */
export const ESCALATION = [
  { wait: 100, signal: "SIGINT" },
  { wait: 250, signal: "SIGTERM" },
  { wait: 500, signal: "SIGKILL" },
] as const;

// Even a killed process takes a while to give back a lot of memory.
const KILL_WAIT = 5_000;

/** Milliseconds that {@linkcode terminate} takes at most, if nothing survives SIGKILL. */
export function terminationTime(closeMs: number): number {
  return ESCALATION.reduce((sum, step) => sum + step.wait + closeMs, 0);
}

/**
 * Ends a process whose input was closed: waits, SIGINT, waits, SIGTERM, waits, SIGKILL.
 *
 * @returns Whether it ended.
 */
export async function terminate(target: Terminable, options: TerminateOptions): Promise<boolean> {
  const { closeMs, log } = options;
  let after = "stdin was closed";
  for (const { wait, signal } of ESCALATION) {
    if (await target.ended(wait + closeMs)) {
      log.debug("process", `Process ${target.pid} terminated after ${after}`);
      return true;
    }
    target.signal(signal);
    after = signal;
  }
  if (await target.ended(KILL_WAIT)) {
    log.debug("process", `Process ${target.pid} terminated after ${after}`);
    return true;
  }
  log.error("process", `SIGKILL did not terminate ${target.pid}!`);
  return false;
}
