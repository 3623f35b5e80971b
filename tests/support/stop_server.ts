import { inTime } from "./in_time.ts";
import type { Lines } from "./lines.ts";

/** A server that runs, and what it says. */
export interface Stoppable {
  readonly child: Deno.ChildProcess;
  readonly stdout: Lines;
  readonly stderr: Lines;
}

/** Ends a server, and waits until nobody holds its output any more. */
export async function stopServer(
  { child, stdout, stderr }: Stoppable,
  signal: Deno.Signal,
): Promise<Deno.CommandStatus> {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
  const ended = Promise.all([child.status, stdout.ended, stderr.ended]);
  return (await inTime(ended, () => `the end of the server:\n${stdout.all.join("\n")}`))[0];
}
