import type { Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import type { Admission } from "../contract.ts";

/** Nothing comes of the decision of a handler. Never throws: an engine has nobody to tell. */
export function discard(decision: Response | Admission | undefined, log: Log): void {
  const failed = (error: unknown) => logThrown(log, "session", "The handler failed", error);
  try {
    const discarded: unknown = decision instanceof Response
      ? decision.body?.cancel()
      : decision?.abandon?.();
    if (discarded instanceof Promise) discarded.catch(failed);
  } catch (error) {
    failed(error);
  }
}
