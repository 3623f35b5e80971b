import { ignoredSignals } from "../process/ignored_signals.ts";

const SIGCHLD = 17;

/**
 * Has the system keep the status of each program until it was asked for. Where whoever started the server ignored
 * SIGCHLD, so does the server, and the system tells nobody how a program has ended (wait(2)).
 */
export function keepStatuses(): void {
  if (!isIgnored()) return;
  const heard = () => {};
  // What it puts in place of that stays there (Deno 2.6 to 2.9).
  Deno.addSignalListener("SIGCHLD", heard);
  Deno.removeSignalListener("SIGCHLD", heard);
}

function isIgnored(): boolean {
  if (Deno.build.os === "windows") return false;
  // Another system, or Deno may not look: to listen where nobody needs it does no harm.
  return ignoredSignals()?.includes(SIGCHLD) ?? true;
}
