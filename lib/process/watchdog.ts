import { ID_PREFIX } from "../base/request.ts";
import { within } from "../base/within.ts";
import { MARK_LINE } from "./mark.ts";
import { hasProc } from "./proc.ts";

// Its input ends when the server does, whatever ended it. It is in no group with the server; what is sent to all
// processes that can be reached is ignored.
const SCRIPT = `
trap '' INT TERM HUP QUIT
read -r goodbye && exit
for signal in TERM KILL; do
  for file in $(grep -ls "UNIQUE_ID=$1" /proc/[0-9]*/environ; grep -ls "$2" /proc/[0-9]*/limits); do
    pid=\${file#/proc/}
    kill -$signal "\${pid%/*}"
  done
  sleep 1
done`;

// Milliseconds that it may take to go home: somebody may have stopped it.
const PATIENCE = 1_000;

/**
 * Starts a shell that ends the server's processes when the server was killed and could not do it itself.
 *
 * @returns Sends the shell home when disposed; undefined where there is none, or no process table to search.
 */
export function startWatchdog(): AsyncDisposable | undefined {
  if (!hasProc()) return undefined;
  let shell: Deno.ChildProcess;
  try {
    shell = new Deno.Command("sh", {
      args: ["-c", SCRIPT, "stdws-watchdog", ID_PREFIX, MARK_LINE],
      // A session of its own: what ends the server's whole group, such as Ctrl-\\, leaves it alone.
      detached: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch {
    // A system without a shell: its server can still end gracefully.
    return undefined;
  }
  shell.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (await within(sendHome(shell), PATIENCE)) return;
      shell.kill("SIGKILL");
      await within(shell.status, PATIENCE);
    },
  };
}

async function sendHome(shell: Deno.ChildProcess): Promise<void> {
  const writer = shell.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode("goodbye\n"));
    await writer.close();
  } catch {
    // Somebody has ended it.
  }
  await shell.status;
}
