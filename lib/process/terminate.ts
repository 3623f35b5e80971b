import type { Log } from "../base/log.ts";

/** Something that ends when asked more and more firmly. */
export interface Terminable {
  /** The number that the log names. */
  readonly pid: number;
  /** Sends a signal to all of it. */
  signal(signal: Deno.Signal): unknown;
  /** How it has ended by itself; undefined as long as it runs. */
  readonly how?: string | undefined;
  /** Whether all of it ends within `ms` milliseconds. */
  ended(ms: number): Promise<boolean>;
}

/** Options of {@linkcode terminate}. */
export interface TerminateOptions {
  /** Whether it still ran when its input was closed so that it ends; otherwise it is ending by itself. */
  readonly told: boolean;
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
 * Ends a process whose input is closed: waits, SIGINT, waits, SIGTERM, waits, SIGKILL.
 *
 * @returns Whether it ended.
 */
export async function terminate(target: Terminable, options: TerminateOptions): Promise<boolean> {
  const { closeMs, log } = options;
  let after = options.told ? "stdin was closed" : undefined;
  let what = `Process ${target.pid}`;
  const ended = async (ms: number) => {
    if (!await target.ended(ms)) return false;
    if (after) log.debug("process", `${what} terminated after ${after}`);
    else log.debug("process", `${what} ended by itself: ${target.how}`);
    return true;
  };
  for (const { wait, signal } of ESCALATION) {
    if (await ended(wait + closeMs)) return true;
    if (target.how !== undefined) what = `What process ${target.pid} left behind`;
    target.signal(signal);
    after = signal;
  }
  if (await ended(KILL_WAIT)) return true;
  log.error("process", `SIGKILL did not terminate ${target.pid}!`);
  return false;
}
