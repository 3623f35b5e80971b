import { assertEquals } from "@std/assert";
import { Folder } from "../support/folder.ts";
import { Lines } from "../support/lines.ts";
import { untilGone } from "../support/processes.ts";
import { command, type Form } from "../support/server.ts";
import { SlowModule } from "../support/slow_module.ts";
import { stopServer } from "../support/stop_server.ts";
import { startWorkers, testWorkers, workersOf } from "./workers.ts";

/** A server with two workers, of which the first loads a module that does not load yet. */
async function starting(module: SlowModule, form: Form, env = {}) {
  await module.hold();
  const args = [
    "--workers=2",
    "--port=0",
    "--address=127.0.0.1",
    `--route=/=module ${module.path}`,
  ];
  const engine = form === "deno run" ? ["--engine=native"] : [];
  const child = command([...engine, ...args], { form, flags: ["--unstable-net"], env }).spawn();
  const server = { child, stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  return { server, worker: await module.waiting() };
}

testWorkers("stdws --workers ends while a worker loads a module", async (form) => {
  await using module = await SlowModule.make();
  const { server, worker } = await starting(module, form);
  const { code } = await stopServer(server, "SIGTERM");
  assertEquals([code, server.stderr.all], [0, []]);
  await untilGone(worker);
});

testWorkers(
  "stdws --workers leaves no worker that loads a module where the parent was killed",
  async (form) => {
    await using module = await SlowModule.make();
    await using folder = await Folder.make();
    const { server, worker } = await starting(module, form, { TMPDIR: folder.path });
    await stopServer(server, "SIGKILL");
    await untilGone(worker);
    assertEquals(await folder.names(), []);
  },
);

testWorkers("stdws --workers ends a worker by itself that was started again", async (form) => {
  await using module = await SlowModule.make();
  const route = `--route=/=module ${module.path}`;
  await using server = await startWorkers([route, "--loglevel=debug"], { form });
  await server.stdout.until(/Serving with 2 workers$/);
  await module.hold();
  const [killed = 0] = workersOf(server);
  Deno.kill(killed, "SIGKILL");
  const worker = await module.waiting();
  await server.stop();
  await untilGone(worker);
  // By the order of its parent, and not by a signal.
  await server.stdout.until(
    new RegExp(`Worker \\d \\(process ${worker}\\) has ended with status 0$`),
  );
});
