import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";
import { AdminServer } from "./admin_server.ts";

testEach("--admin answers probes, and nothing else", async (form) => {
  await using admin = await AdminServer.start(["--echo"], form);
  const health = await admin.ask("/healthz");
  assertEquals([health.status, health.text], [200, "ok\n"]);
  const ready = await admin.ask("/readyz");
  assertEquals([ready.status, ready.text.split("\n")[0]], [200, "ready"]);
  for (const path of ["/x", "/metrics/", "/connections/a/b", "/healthz/x"]) {
    assertEquals([path, (await admin.ask(path)).status], [path, 404]);
  }
  // The server itself has none of it.
  using client = await RawClient.request(`${admin.server.url}metrics`, {
    headers: { Upgrade: undefined, Connection: "close" },
  });
  assertEquals(client.answer.status, 426);
  // Nor does it take WebSockets: who wishes for one gets the page.
  using upgrade = await RawClient.request(admin.url);
  assertEquals(upgrade.answer.status, 200);
});

testEach("/connections lists who is there, and DELETE ends one", async (form) => {
  const routes = ["--route=/echo/:name=echo?subprotocol=a", "--route=/cat=process cat"];
  await using admin = await AdminServer.start(routes, form);
  const { url } = admin.server;
  using client = await RawClient.open(`${url}echo/x?access_token=secret`, {
    headers: { "Sec-WebSocket-Protocol": "a" },
  });
  await client.send("häh");
  assertEquals(await client.text(), "häh");
  using other = await RawClient.open(`${url}cat`);
  await other.send("a");
  assertEquals(await other.text(), "a");

  const { status, headers, text } = await admin.ask("/connections");
  assertEquals([status, headers.get("content-type")], [200, "application/json"]);
  assert(!text.includes("secret"), text);
  const { total, connections: [first, second] } = JSON.parse(text);
  assertEquals(total, 2);
  const { id, since, idleMs, ...facts } = first;
  assert(idleMs >= 0 && idleMs < 600_000, idleMs);
  assert(Math.abs(Date.parse(since) - Date.now()) < 600_000, since);
  assertEquals(facts, {
    remote: "127.0.0.1",
    path: "/echo/x",
    route: "/echo/:name",
    handler: "echo",
    user: null,
    pid: null,
    subprotocol: "a",
    compressed: false,
    away: false,
    messagesIn: 1,
    bytesIn: 4,
    messagesOut: 1,
    bytesOut: 4,
    dropped: 0,
    queued: 0,
  });
  assertEquals([second.route, second.handler, second.messagesIn], ["/cat", "process", 1]);
  assertStringIncludes(await Deno.readTextFile(`/proc/${second.pid}/cmdline`), "cat");

  const some = JSON.parse((await admin.ask("/connections?limit=1")).text);
  assertEquals([some.total, some.connections.length], [2, 1]);
  for (const query of [`after=${some.next}`, "path=/cat&remote=127.*"]) {
    const { total, matching, connections } = JSON.parse(
      (await admin.ask(`/connections?${query}`)).text,
    );
    const isFiltered = query.startsWith("path");
    assertEquals([total, matching, connections.length], [2, isFiltered ? 1 : 2, 1]);
    assertEquals(connections[0].id, second.id);
  }

  const path = `/connections/${id}`;
  for (const method of ["GET", "POST", "PUT"]) {
    assertEquals([method, (await admin.ask(path, { method })).status], [method, 405]);
  }
  const foreign = { method: "DELETE", headers: { Origin: "https://evil.example" } };
  assertEquals((await admin.ask(path, foreign)).status, 403);
  const ended = await admin.ask(`${path}?code=4001&reason=bye`, { method: "DELETE" });
  assertEquals(ended.status, 204);
  assertEquals(await client.next(), { kind: "close", code: 4001, reason: "bye" });
  await client.close(4001);
  await admin.server.stdout.until(/The operator 127\.0\.0\.1 ends the connection with 4001 bye/);
  await admin.server.stdout.until(/DISCONNECT/);
  assertEquals((await admin.ask(path, { method: "DELETE" })).status, 404);
  const left = JSON.parse((await admin.ask("/connections")).text);
  assertEquals([left.total, left.connections[0].id], [1, second.id]);
  // Nobody else is concerned.
  await other.send("b");
  assertEquals(await other.text(), "b");
});

testEach("--admin refuses pages whose site says that it is this machine", async (form) => {
  await using admin = await AdminServer.start(["--echo"], form);
  const port = new URL(admin.url).port;
  for (
    const [path, host, status] of [
      ["/metrics", `evil.example:${port}`, 403],
      ["/connections", "evil.example", 403],
      ["/connections", `localhost:${port}`, 200],
      ["/connections", `[::1]:${port}`, 200],
      // What a load balancer asks tells nothing.
      ["/healthz", "evil.example", 200],
    ] as const
  ) {
    using client = await RawClient.request(admin.url + path, {
      headers: { Host: host, Upgrade: undefined, Connection: "close" },
    });
    assertEquals([path, host, client.answer.status], [path, host, status]);
  }
});

testEach("/readyz turns while the server shuts down, and answers to the end", async (form) => {
  await using folder = await Scripts.write({});
  const done = `${folder.folder}/done`;
  // It does not end before it may.
  const program = `trap '' INT TERM; echo up; until [ -e ${done} ]; do sleep 0.05; done`;
  const args = ["--closems=60000", "--", "sh", "-c", program];
  await using admin = await AdminServer.start(args, form);
  using client = await RawClient.open(admin.server.url);
  assertEquals(await client.text(), "up");
  assertEquals((await admin.ask("/readyz")).status, 200);
  admin.server.child.kill("SIGTERM");
  await admin.server.stdout.until(/Shutting down/);
  const { status, text } = await admin.ask("/readyz");
  assertEquals(status, 503);
  assertStringIncludes(text, "not ready\n");
  assertStringIncludes(text, "accepting: it is shutting down\n");
  assertEquals((await admin.ask("/healthz")).status, 200);
  await Deno.writeTextFile(done, "");
  assertEquals((await admin.server.child.status).code, 0);
});

testEach("/readyz turns where a shared process that is to run does not", async (form) => {
  const args = ["--route=/up=shared?start=now cat", "--route=/down=shared?start=now false"];
  await using admin = await AdminServer.start(args, form);
  await admin.server.stdout.until(/has ended/);
  const { status, text } = await admin.ask("/readyz", { headers: { Accept: "application/json" } });
  assertEquals(status, 503);
  assertEquals(JSON.parse(text).conditions.at(-1), {
    name: "processes",
    ready: false,
    reason: "not running: 1",
  });
});

testEach("/readyz does not wait for a shared process that has done its work", async (form) => {
  await using admin = await AdminServer.start(["--route=/=shared?start=now echo up"], form);
  await admin.server.stdout.until(/has ended/);
  assertEquals((await admin.ask("/readyz")).status, 200);
  // It is started again for whoever comes.
  using client = await RawClient.open(admin.server.url);
  assertEquals(await client.text(), "up");
});

testEach("--admin=unix:PATH answers curl", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/admin socket`;
    await using server = await TestServer.start([`--admin=unix:${path}`, "--echo"], { form });
    assertMatch(await server.stdout.until(/Starting admin/), / : unix socket at .*admin socket$/);
    const curl = async (...args: string[]) => {
      const command = new Deno.Command("curl", {
        args: ["-sS", "--max-time", "60", "--unix-socket", path, ...args],
      });
      const { stdout, stderr } = await command.output();
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    };
    assertEquals(await curl("http://admin/healthz"), "ok\n");
    assertMatch(await curl("http://admin/metrics"), /^stdws_connections\{route="\*"\} 0$/m);
    const statuses = await curl(
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "-X",
      "DELETE",
      "http://admin/connections/x",
    );
    assertEquals(statuses, "404");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, ["curl"]);

const REFUSED: [place: string, code: number, why: string][] = [
  ["0.0.0.0:9100", 1, "--admin=0.0.0.0:9100"],
  ["[::]:9100", 1, "--admin=[::]:9100"],
  ["example.com:9100", 1, "--admin=example.com:9100"],
  ["/admin", 1, "--admin=/admin"],
  ["9100", 2, "HOST:PORT"],
  ["", 2, "--admin"],
];
for (const [place, code, why] of REFUSED) {
  testBoth(`--admin=${place} is refused at the start, and by --check`, async (form) => {
    for (const more of [[], ["--check"]]) {
      const ended = await runToEnd([...more, "--port=0", `--admin=${place}`, "--echo"], { form });
      assertEquals(ended.code, code);
      assertStringIncludes(ended.stderr, why);
    }
  });
}

testEach("A place of --admin that is taken ends the start with its address", async (form) => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const engine = form === "node" ? ["--engine=node"] : [];
  const args = [...engine, "--port=0", "--address=127.0.0.1", `--admin=:${port}`, "--echo"];
  const { code, stdout } = await runToEnd(args, { form });
  assertEquals(code, 3);
  assertStringIncludes(stdout, `Cannot listen on 127.0.0.1:${port}: another server is using it`);
});
