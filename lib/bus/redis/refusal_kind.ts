import { messageOf } from "../../base/errors.ts";

/**
 * The meaning of an error of Redis:
 *
 * - `ended`: the connection has ended, and nobody knows whether it was done;
 * - `unable`: it can do nothing of the kind now;
 * - `refused`: it will not do that one thing, however often it is asked.
 */
export type RefusalKind = "ended" | "unable" | "refused";

// Redis 6 says of an error inside of a script only behind a colon what it is.
const UNABLE =
  /(?:^|: -?)(?:OOM|MISCONF|READONLY|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|BUSY|UNKILLABLE|TRYAGAIN|NOAUTH|EXECABORT|UNBLOCKED|MOVED|ASK)\b/;

/** Tells what kind of error a command has ended with. */
export function refusalKind(error: unknown): RefusalKind {
  const message = messageOf(error);
  if (UNABLE.test(message)) return "unable";
  return /^[A-Z]+ /.test(message) ? "refused" : "ended";
}
