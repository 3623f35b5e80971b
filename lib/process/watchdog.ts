import { ID_PREFIX } from "../base/request.ts";
import { hasProc } from "./proc.ts";

// Its input ends when the server does, whatever ended it. Ctrl-C reaches it as well and is ignored.
const SCRIPT = `
trap '' INT TERM HUP
read -r goodbye && exit
for signal in TERM KILL; do
  for file in $(grep -ls "UNIQUE_ID=$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -$signal "\${pid%/environ}"
  done
  sleep 1
done`;

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
      args: ["-c", SCRIPT, "stdws-watchdog", ID_PREFIX],
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
      const writer = shell.stdin.getWriter();
      await writer.write(new TextEncoder().encode("goodbye\n"));
      await writer.close();
      await shell.status;
    },
  };
}
