import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { HandshakeError, LaunchError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import { Permits } from "../../lib/base/permits.ts";
import { ID_PREFIX } from "../../lib/base/request.ts";
import { type Job, Runner, type Started } from "../../lib/process/runner.ts";
import { CapturedLog } from "../base/captured_log.ts";

function job(changes: Partial<Job> = {}): Job {
  return {
    processes: new Permits(0),
    program: "/bin/sh",
    args: ["-c", "read -r line"],
    id: `${ID_PREFIX}runner`,
    environment: (inherited) => ({ ...inherited }),
    log: new Log({ command: "/bin/sh" }),
    refusal: "Nothing left",
    ...changes,
  };
}

/** Ends a process as its owner would. */
async function end({ child, tree }: Started): Promise<void> {
  await Promise.all([child.stdin.close(), child.stdout.cancel(), child.stderr.cancel()]);
  await tree.exit;
}

Deno.test("Runner.start() takes a permit until the process has ended", async () => {
  const forks = new Permits(1);
  await using runner = new Runner({ forks });
  const started = await runner.start(job());
  const error = assertThrows(() => runner.start(job()), HandshakeError, "Nothing left");
  assertEquals([error.status, forks.taken], [429, 1]);
  const life = end(started);
  runner.keep(started, life);
  await life;
  await runner[Symbol.asyncDispose]();
  assertEquals(forks.taken, 0);
});

Deno.test("Runner.start() lets its process give the permit back before nothing is left of it", async () => {
  const forks = new Permits(1);
  await using runner = new Runner({ forks });
  const started = await runner.start(job());
  const life = end(started);
  runner.keep(started, life);
  started.release();
  started.release();
  assertEquals(forks.taken, 0);
  await life;
});

Deno.test("Runner.start() gives the permit back when it fails", () => {
  const forks = new Permits(1);
  const runner = new Runner({ forks });
  assertThrows(() => runner.start(job({ program: "/nowhere" })), LaunchError);
  const environment = () => {
    throw new RangeError("no environment");
  };
  assertThrows(() => runner.start(job({ environment })), RangeError);
  assertEquals(forks.taken, 0);
});

Deno.test("Runner.start() has the log know the process", async () => {
  using log = new CapturedLog("debug");
  Deno.env.set("RUNNER_TEST", "secret");
  await using runner = new Runner({ passEnv: ["PATH", "RUNNER_TEST"] });
  Deno.env.delete("RUNNER_TEST");
  const own = { OWN: "secret" };
  const environment = (inherited: Record<string, string>) => ({
    ...inherited,
    ...own,
    A: "1",
    HTTP_B: "2",
  });
  const started = await runner.start(job({ environment, own }));
  started.log.access("process", "known");
  assertMatch(log.lines.at(-1) ?? "", new RegExp(`pid:'${started.child.pid}' \\| known$`));
  assert(log.messages[0]?.startsWith("DEBUG env: Parent variable: PATH=/"));
  assertEquals(log.messages.slice(1, 5), [
    // The server was told to pass it on, and may have been for a secret.
    "DEBUG env: Parent variable: RUNNER_TEST=***",
    "DEBUG env: Route variable: OWN=***",
    "DEBUG env: Std. variable: A=1",
    "DEBUG env: Header variable: HTTP_B=2",
  ]);
  runner.keep(started, end(started));
});

Deno.test("Runner waits for what it keeps, and logs why that failed", async () => {
  using log = new CapturedLog("error");
  const runner = new Runner({});
  const started = await runner.start(job());
  runner.keep(started, end(started).then(() => Promise.reject(new Error("a bug"))));
  await runner[Symbol.asyncDispose]();
  assertEquals(log.messages, [`ERROR process: Process ${started.child.pid}: Error: a bug`]);
});

Deno.test("Runner without permits of its own takes those of the server", async () => {
  const processes = new Permits(1);
  await using one = new Runner({});
  await using other = new Runner({});
  const started = await one.start(job({ processes }));
  const error = assertThrows(() => other.start(job({ processes })), HandshakeError, "Nothing left");
  assertEquals([error.status, processes.taken], [429, 1]);
  one.keep(started, end(started));
  await started.tree.exit;
});
