import { assert, assertEquals, assertMatch } from "@std/assert";
import { Activated } from "../support/activated.ts";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Lines } from "../support/lines.ts";
import { NotifySocket } from "../support/notify_socket.ts";
import { needing } from "../support/programs.ts";
import { command, runToEnd, TestServer } from "../support/server.ts";
import { stopServer } from "../support/stop_server.ts";
import {
  Churn,
  connect,
  connectAll,
  lives,
  type Served,
  startWorkers,
  TELLS,
  testNode,
  testWorkers,
  workersOf,
} from "./workers.ts";

const NATIVE = ["--unstable-net"];

const COUNTS = new URL("./counts_sockets.js", import.meta.url).pathname;

testWorkers("stdws --workers redirects by all workers, at ports of their own", async (form) => {
  await using server = await startWorkers(["--redirport=0", TELLS], { form });
  const line = await server.stdout.until(/Starting redirect server/);
  const port = Number(/:(\d+)\/$/.exec(line)?.[1]);
  for (let count = 0; count < 10; count++) {
    const { headers } = await HttpClient.ask(`http://127.0.0.1:${port}/`, "GET /");
    assertEquals(headers.get("location"), `http://example.com:${server.port}/`);
  }
});

testWorkers("stdws --workers speaks TLS", async (form) => {
  await using certificates = await Certificates.make();
  const args = [...sslOptions(await certificates.server()), TELLS];
  const engine = form === "deno run" ? ["--engine=native"] : [];
  await using server = await startWorkers([...engine, ...args], { form });
  const served: Served[] = [];
  while (new Set(served.map(({ worker }) => worker)).size < 2) {
    served.push(await connect(server.url, await certificates.connect(server)));
  }
  for (const each of served) {
    assert(await lives(each));
    each[Symbol.dispose]();
  }
});

testWorkers(
  "stdws --workers listens on all interfaces, on both kinds of addresses",
  async (form) => {
    const engine = form === "node"
      ? ["--engine=node"]
      : form === "binary"
      ? []
      : ["--engine=native"];
    const args = [...engine, "--workers=2", "--port=0", TELLS];
    await using server = await TestServer.startAt(args, { form, flags: NATIVE });
    for (const host of ["127.0.0.1", "[::1]"]) {
      const all = await connectAll(`ws://${host}:${server.port}/`);
      for (const each of all.values()) each[Symbol.dispose]();
    }
  },
);

testNode("stdws --workers shares a Unix socket, and removes it", async (form) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  try {
    const args = [`--unixsocket=${path}`, "--unixsocket-mode=0600", TELLS, "--workers=2"];
    await using server = await TestServer.startAt(args, { form });
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const workers = workersOf(server);
    const served: Served[] = [];
    const dial = () => Deno.connect({ transport: "unix", path });
    while (new Set(served.map(({ worker }) => worker)).size < 2) {
      served.push(await connect("ws://localhost/", await dial()));
    }
    // Whoever waits there is served by the other one, and by the successor.
    Deno.kill(workers[0] as number, "SIGKILL");
    for (let count = 0; count < 10; count++) {
      served.push(await connect("ws://localhost/", await dial()));
    }
    const again = await runToEnd(args, { form });
    assertEquals(again.code, 3);
    assertMatch(again.stdout, /Cannot listen on ".*": another server is using it$/m);
    for (const each of served) each[Symbol.dispose]();
    assertEquals((await server.stop()).code, 0);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stdws --workers says that the engine native shares no Unix socket, and no port without a flag", async () => {
  const local = ["--workers=2", "--engine=native", "--echo"];
  const unix = await runToEnd([...local, "--unixsocket=/tmp/none.sock"], { flags: NATIVE });
  assertEquals(unix.code, 3);
  assertMatch(unix.stdout, /"\/tmp\/none\.sock": workers share it with --engine=node alone$/m);
  const port = await runToEnd([...local, "--port=0"]);
  assertEquals(port.code, 1);
  assertMatch(port.stderr, /--workers=2 cannot be used with --engine=native: .*--unstable-net/);
});

Deno.test({
  ...needing("stdws --workers serves sockets that it was started with by all workers", "python3"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const sockets = ["tcp", `${folder}/socket`];
      await using server = new Activated(["--workers=2", TELLS], { sockets });
      await server.stdout.until(/Serving with 2 workers$/);
      const [port] = await server.ports();
      // One socket for all: whichever is faster.
      const churn = new Churn(`ws://127.0.0.1:${port}/tells`);
      await churn.more(5);
      await churn.end();
      const pid = await server.pid();
      const conn = await Deno.connect({ transport: "unix", path: `${folder}/socket` });
      using each = await connect("ws://localhost/", conn);
      assert(workersOf({ pid }).includes(each.worker));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

testNode("stdws --workers has one admin for all", async (form) => {
  await using server = await startWorkers(["--admin=:0", TELLS], { form });
  const line = await server.stdout.until(/Starting admin server/);
  const url = /http:\S+/.exec(line)?.[0] ?? "";
  for (let count = 0; count < 5; count++) {
    const response = await fetch(`${url}healthz`, { headers: { connection: "close" } });
    assertEquals([response.status, (await response.text()).length > 0], [200, true]);
  }
});

testNode("stdws --workers passes no socket on to a program", async (form) => {
  const script = "--route=/=process sh -c 'readlink /proc/$$/fd/* | grep -c socket:; exec cat'";
  await using server = await startWorkers([script, "--admin=:0"], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "0");
});

testNode("stdws --workers passes no socket on to what a module starts", async (form) => {
  await using server = await startWorkers([`--route=/=module ${COUNTS}`, "--admin=:0"], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "0");
});

Deno.test({
  ...needing("stdws --workers notifies the service manager by the parent alone", "python3"),
  async fn() {
    await using manager = await NotifySocket.start();
    const env = { NOTIFY_SOCKET: manager.name, WATCHDOG_USEC: "100000" };
    const args = ["--engine=node", "--workers=2", "--port=0", "--address=127.0.0.1", "--echo"];
    const child = command(args, { env }).spawn();
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    const ready = await manager.until(/^READY=1$/);
    assert(ready.lines.some((line) => /^STATUS=Serving at ws:.* with 2 workers$/.test(line)));
    await manager.until(/^WATCHDOG=1$/);
    child.kill("SIGHUP");
    await manager.until(/^RELOADING=1$/);
    await manager.until(/^READY=1$/);
    await stopServer({ child, stdout, stderr }, "SIGTERM");
    await manager.until(/^STOPPING=1$/);
    assertEquals(new Set(manager.all.map(({ sender }) => sender)), new Set([child.pid]));
  },
});
