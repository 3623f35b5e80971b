import { environment } from "../../lib/process/environment.ts";
import { type Child, launch } from "../../lib/process/launch.ts";
import { snapshot } from "../../lib/base/request.ts";
import type { Item } from "./item.ts";
import { percentile } from "./percentile.ts";

const PROCESSES = { full: 400, quick: 100 };
const PROGRAM = "/bin/true";

/** The time that starting a process takes until the call returns: as stdws does it, and with Deno alone. */
export const spawn: Item = {
  name: "spawn",
  metrics: [{ name: "spawn", unit: "µs" }],
  async measure({ contestant, size }) {
    const start = { stdws: startAsStdws, control: startPlainly }[contestant.name];
    if (start === undefined) return {};
    const times: number[] = [];
    for (let i = 0; i < PROCESSES[size] + 20; i++) {
      const before = performance.now();
      const child = start();
      times.push(1000 * (performance.now() - before));
      await Promise.all([child.stdin.close(), child.stdout.cancel(), child.stderr.cancel()]);
      await child.status;
    }
    // The first ones warm up.
    return { spawn: percentile(times.slice(20), 0.5) };
  },
};

const headers = new Headers({
  upgrade: "websocket",
  "user-agent": "bench",
  "sec-websocket-version": "13",
});
const request = snapshot(
  { method: "GET", target: "/path?query", headers },
  { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } },
);

function startAsStdws(): Child {
  const env = environment(request, { scriptName: "/", pathInfo: "/path", inherited: {} });
  return launch({ program: PROGRAM, args: [], id: request.id, env });
}

function startPlainly(): Deno.ChildProcess {
  return new Deno.Command(PROGRAM, { stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
}
