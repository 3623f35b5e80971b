import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { needing } from "../support/programs.ts";
import { NotifySocket } from "../support/notify_socket.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

for (const kind of ["path", "abstract"] as const) {
  testEach(`stdws tells the service manager that it serves and ends: ${kind}`, async (form) => {
    await using socket = await NotifySocket.start(kind);
    const env = { NOTIFY_SOCKET: socket.name };
    await using server = await TestServer.start(["--echo"], { form, env });
    const ready = await socket.until(/^READY=1$/);
    assertEquals(ready, {
      lines: ["READY=1", `STATUS=Serving at ${server.url}`],
      // With NotifyAccess=main, no other would be heard.
      sender: server.pid,
    });
    assertEquals((await server.stop()).code, 0);
    const { lines } = await socket.until(/^STOPPING=1$/);
    assertMatch(lines.join("\n"), /^STOPPING=1\nEXTEND_TIMEOUT_USEC=\d{7}\nSTATUS=Shutting down$/);
  }, ["python3"]);
}

testEach("stdws tells the service manager of each reload at SIGHUP", async (form) => {
  await using file = await ConfigFile.write({
    port: 0,
    address: "127.0.0.1",
    routes: { "/": "echo" },
  });
  await using socket = await NotifySocket.start();
  const env = { NOTIFY_SOCKET: socket.name };
  await using server = await TestServer.startAt([`--config=${file.path}`], { form, env });
  await socket.until(/^READY=1$/);
  // One that fails ends as well: the server serves on.
  for (const text of ['{ "routes": { "/": "echo", "/b": "echo" } }', "no JSON"]) {
    await file.change(text);
    Deno.kill(server.pid, "SIGHUP");
    const { lines } = await socket.until(/^RELOADING=1$/);
    assertMatch(lines[1] ?? "", /^MONOTONIC_USEC=\d+$/);
    const [uptime = ""] = (await Deno.readTextFile("/proc/uptime")).split(" ");
    const age = Number(uptime) * 1e6 - Number(lines[1]?.split("=")[1]);
    // Of the same clock, but for the time that this machine was asleep.
    assert(age > -1e6, `${age} µs`);
    const { lines: after } = await socket.until(/^READY=1$/);
    assertEquals(after, ["READY=1", `STATUS=Serving at ${server.url}`]);
  }
  await server.stdout.until(/Reloaded: 2 routes/);
  await server.stdout.until(/Cannot reload/);
}, ["python3"]);

testEach("stdws goes on at SIGHUP where a service manager has started it", async (form) => {
  await using socket = await NotifySocket.start();
  const env = { NOTIFY_SOCKET: socket.name };
  await using server = await TestServer.start(["--echo"], { form, env });
  await socket.until(/^READY=1$/);
  Deno.kill(server.pid, "SIGHUP");
  await socket.until(/^RELOADING=1$/);
  await socket.until(/^READY=1$/);
  using client = await RawClient.open(server.url);
  await client.send("hello");
  assertEquals(await client.text(), "hello");
}, ["python3"]);

testEach("stdws answers the watchdog of the service manager", async (form) => {
  await using socket = await NotifySocket.start();
  const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "100000" };
  await using server = await TestServer.start(["--echo"], { form, env });
  for (let count = 0; count < 3; count++) {
    assertEquals(await socket.until(/^WATCHDOG/), { lines: ["WATCHDOG=1"], sender: server.pid });
  }
}, ["python3"]);

const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"];
testEach("stdws keeps the service manager's variables from programs", async (form) => {
  await using socket = await NotifySocket.start();
  const env = {
    NOTIFY_SOCKET: socket.name,
    WATCHDOG_USEC: "30000000",
    WATCHDOG_PID: "1",
    LISTEN_FDS: "0",
    LISTEN_PID: "1",
  };
  const args = [`--passenv=PATH,${VARIABLES.join(",")}`, "env"];
  await using server = await TestServer.start(args, { form, env });
  using client = await RawClient.open(server.url);
  const { texts } = await client.rest();
  assert(texts.some((line) => line.startsWith("PATH=")));
  for (const name of VARIABLES) {
    assertEquals(texts.filter((line) => line.startsWith(`${name}=`)), []);
  }
}, ["python3"]);

const DEAF: [what: string, name: string, says: RegExp][] = [
  ["nobody listens", "/nowhere/notify", /: No such file or directory \(os error 2\)$/],
  ["nobody listens", "@nowhere/notify", /: Connection refused \(os error 111\)$/],
  ["it is no Unix socket", "vsock:2:1234", /: it is no Unix socket$/],
  ["it is too long", `/${"x".repeat(200)}`, /: its path is too long$/],
];
const testDeaf = testTable();
for (const [what, name, says] of DEAF) {
  testDeaf(
    `stdws serves all the same where it cannot notify ${name.slice(0, 20)}: ${what}`,
    async (form) => {
      const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: "10000" };
      await using server = await TestServer.start(["--echo"], { form, env });
      const line = await server.stdout.until(/Cannot notify the service manager at /);
      assertMatch(line, says);
      await server.stop();
      // Not again with each message.
      assertEquals(server.stdout.all.filter((each) => each.includes("Cannot notify")), [line]);
    },
  );
}

Deno.test({
  ...needing("stdws says so at the start where it may not notify the service manager", "python3"),
  async fn() {
    await using socket = await NotifySocket.start();
    const env = { NOTIFY_SOCKET: socket.name };
    await using server = await TestServer.start(["--echo"], { flags: ["--deny-ffi"], env });
    await server.stdout.until(/Cannot notify .*: Deno allows that only with --allow-ffi or -A$/);
    await server.stop();
    assertEquals(socket.all, []);
  },
});
