import { assert, assertEquals, assertRejects } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { isAlive, untilGone } from "../support/processes.ts";
import { Lines } from "../support/lines.ts";
import { needing } from "../support/programs.ts";
import { ROOT, testEach, TestServer } from "../support/server.ts";

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  testEach(`stdws closes with 1001, ends processes and exits with 0 on ${signal}`, async (form) => {
    const program = "sleep 710 & echo $$ $!; trap '' INT; while :; do sleep 720; done";
    await using server = await TestServer.start(["bash", "-c", program], { form });
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(server.url)));
    const pids = (await Promise.all(clients.map((client) => client.text()))).join(" ").split(" ");
    const closes = clients.map(async (client) => {
      const received = await client.next();
      await client.close(1001);
      return received;
    });
    const status = await server.stop(signal);
    assertEquals(status.code, 0);
    for (const close of await Promise.all(closes)) {
      assert(close.kind === "close");
      assertEquals(close.code, 1001);
    }
    for (const pid of pids) await untilGone(Number(pid));
    for (const client of clients) client[Symbol.dispose]();
    await assertRejects(() => RawClient.open(server.url), Deno.errors.ConnectionRefused);
  }, ["bash"]);
}

testEach("stdws leaves at once on a second signal, and kills its processes", async (form) => {
  const program = "trap '' INT TERM; echo $$; while :; do sleep 730; done";
  const args = ["--closems=60000", "bash", "-c", program];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  const pid = Number(await client.text());
  server.child.kill("SIGTERM");
  await server.stdout.until(/Shutting down/);
  assert(isAlive(pid));
  const status = await server.stop("SIGINT");
  assertEquals(status.code, 130);
  await untilGone(pid);
}, ["bash"]);

testEach(
  "stdws exits although a client never answers and another never finishes its request",
  async (form) => {
    await using server = await TestServer.start(["cat"], { form });
    using silent = await RawClient.open(server.url);
    await silent.send("hello");
    assertEquals(await silent.text(), "hello");
    const half = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await half.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: h\r\nUpgr"));
    const status = await server.stop();
    assertEquals(status.code, 0);
    half.close();
  },
);

// An executable may be of Deno 2.6, whose `Deno.serve` waits for one that never finishes its request.
for (const form of ["deno run", "node"] as const) {
  Deno.test(`stdws waits for no client that asks for nothing [${form}]`, async () => {
    await using server = await TestServer.start(["--closems=60000", "cat"], { form });
    const beginnings = ["", "GET / HTTP/1.1\r\nHost: h", "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /"];
    const idle: Deno.Conn[] = [];
    for (const beginning of beginnings) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await conn.write(new TextEncoder().encode(beginning));
      idle.push(conn);
    }
    // An answer to the last one, so that all of them have come in.
    assert(await idle.at(-1)?.read(new Uint8Array(1)));
    const status = await server.stop();
    assertEquals(status.code, 0);
    for (const conn of idle) conn.close();
  });
}

testEach("stdws exits at once when nobody is connected", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  assertEquals((await server.stop()).code, 0);
});

testEach("stdws leaves no process behind when it is killed itself", async (form) => {
  const program = "trap '' INT TERM; sleep 740 & echo $$ $!; while :; do wait; sleep 750; done";
  await using server = await TestServer.start(["bash", "-c", program], { form });
  using client = await RawClient.open(server.url);
  const pids = (await client.text()).split(" ").map(Number);
  assertEquals(pids.map(isAlive), [true, true]);
  await server.stop("SIGKILL");
  for (const pid of pids) await untilGone(pid);
}, ["bash"]);

testEach(
  "stdws goes on serving while many clients leave at once, and ends all their processes",
  async (form) => {
    await using server = await TestServer.start(["sh", "-c", "echo $$; exec cat"], { form });
    const clients = [];
    for (let count = 0; count < 500; count++) clients.push(await RawClient.open(server.url));
    const pids = await Promise.all(clients.map((client) => client.text()));
    for (const client of clients) client[Symbol.dispose]();
    using late = await RawClient.open(server.url);
    await late.text();
    await late.send("still here");
    assertEquals(await late.text(), "still here");
    for (const pid of pids) await untilGone(Number(pid));
  },
);

for (const engine of ["native", "node"]) {
  Deno.test({
    ...needing(
      `stdws --engine=${engine} closes with 1001 where Ctrl-C reaches its processes as well`,
      "bash",
      "setsid",
    ),
    async fn() {
      // A group of its own, as a terminal would give it.
      const server = new Deno.Command("setsid", {
        args: [
          ...[Deno.execPath(), "run", "-A", "--quiet", `${ROOT}main.ts`, `--engine=${engine}`],
          ...[
            "--port=0",
            "--address=127.0.0.1",
            "bash",
            "-c",
            "echo up; while :; do sleep 0.1; done",
          ],
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
        env: { NO_COLOR: "1" },
      }).spawn();
      const stdout = new Lines(server.stdout);
      const line = await stdout.until(/Starting WebSocket server/);
      const clients = [];
      for (let count = 0; count < 10; count++) {
        const client = await RawClient.open(/ws:\S+/.exec(line)?.[0] ?? "");
        assertEquals(await client.text(), "up");
        clients.push(client);
      }
      await new Deno.Command("kill", { args: ["-INT", "--", `-${server.pid}`] }).output();
      for (const client of clients) {
        const close = await client.next();
        await client.close(1001);
        assertEquals(close.kind === "close" && close.code, 1001);
        client[Symbol.dispose]();
      }
      assertEquals((await server.status).code, 0);
      await stdout.ended;
    },
  });
}
