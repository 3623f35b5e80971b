import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { Lines } from "../support/lines.ts";
import { command, type Form, testEach } from "../support/server.ts";
import { SlowModule } from "../support/slow_module.ts";
import { stopServer } from "../support/stop_server.ts";

/** A server that loads a module which does not load yet. */
async function starting(module: SlowModule, form: Form, args: readonly string[]) {
  await module.hold();
  const engine = form === "node" ? ["--engine=node"] : [];
  const local = ["--port=0", "--address=127.0.0.1"];
  const child = command([...engine, ...local, ...args], { form }).spawn();
  const server = { child, stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  assertEquals(await module.waiting(), child.pid);
  return server;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  testEach(`stdws ends at ${signal} while it loads a module`, async (form) => {
    await using module = await SlowModule.make();
    const server = await starting(module, form, [`--route=/=module ${module.path}`]);
    const { code } = await stopServer(server, signal);
    assertEquals([code, server.stderr.all], [0, []]);
  });
}

testEach(
  "stdws takes up at its start what has changed since, where SIGHUP came while it loaded a module",
  async (form) => {
    await using module = await SlowModule.make();
    const routes = { "/slow": { handler: "module", file: module.path } };
    await using file = await ConfigFile.write({ routes });
    const server = await starting(module, form, [`--config=${file.path}`]);
    await file.change({ routes: { ...routes, "/new": "echo" } });
    Deno.kill(server.child.pid, "SIGHUP");
    await module.release();
    const line = await server.stdout.until(/Starting WebSocket server/);
    await server.stdout.until(/Reloaded: 2 routes$/);
    using client = await RawClient.open(`${/ws:\S+\//.exec(line)?.[0]}new`);
    await client.send("hello");
    assertEquals(await client.text(), "hello");
    await stopServer(server, "SIGTERM");
  },
);
