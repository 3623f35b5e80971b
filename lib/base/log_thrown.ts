import { messageOf } from "./errors.ts";
import type { Category, Log } from "./log.ts";
import { stackOf, thrownAt } from "./thrown_at.ts";

/**
 * Logs what somebody's code has thrown: the message and where, and at `debug` the stack.
 *
 * @param what The attempt that failed, as `The handler failed`.
 */
export function logThrown(log: Log, category: Category, what: string, thrown: unknown): void {
  const place = thrownAt(thrown);
  log.error(category, `${what}: ${messageOf(thrown)}${place ? ` (${place})` : ""}`);
  const stack = log.enabled("debug") && stackOf(thrown);
  if (stack) log.debug(category, `${what}: ${stack}`);
}
