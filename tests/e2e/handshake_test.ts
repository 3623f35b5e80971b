import { assertEquals, assertMatch } from "@std/assert";
import { type HandshakeOptions, RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

async function statusOf(server: TestServer, request: HandshakeOptions): Promise<number> {
  using client = await RawClient.request(server.url, request);
  return client.answer.status;
}

const KEY = "Sec-WebSocket-Key";
const VERSION = "Sec-WebSocket-Version";
const PLAIN = { Upgrade: undefined, Connection: undefined };

const REQUESTS: [what: string, request: HandshakeOptions, status: number][] = [
  ["a handshake", {}, 101],
  ["Upgrade: WebSocket", { headers: { Upgrade: "WebSocket" } }, 101],
  ["Connection: keep-alive, Upgrade", { headers: { Connection: "keep-alive, Upgrade" } }, 101],
  ["Connection: upgrade", { headers: { Connection: "upgrade" } }, 101],
  ["a plain GET", { headers: PLAIN }, 426],
  ["a plain HEAD", { method: "HEAD", headers: PLAIN }, 426],
  ["a plain POST", { method: "POST", headers: { ...PLAIN, "Content-Length": "0" } }, 405],
  ["another Upgrade", { headers: { Upgrade: "h2c" } }, 426],
  ["no Upgrade", { headers: { Upgrade: undefined } }, 426],
  ["no upgrade in Connection", { headers: { Connection: "keep-alive" } }, 426],
  ["a Connection that only looks like it", { headers: { Connection: "no-upgrade" } }, 426],
  ["POST", { method: "POST" }, 405],
  ["PUT", { method: "PUT" }, 405],
  ["no key", { headers: { [KEY]: undefined } }, 400],
  ["an empty key", { headers: { [KEY]: "" } }, 400],
  ["a key of 15 bytes", { headers: { [KEY]: btoa("x".repeat(15)) } }, 400],
  ["a key of 17 bytes", { headers: { [KEY]: btoa("x".repeat(17)) } }, 400],
  ["a key that is no base64", { headers: { [KEY]: "dGhlIHNhbXBsZSBub25j*Q==" } }, 400],
  ["no version", { headers: { [VERSION]: undefined } }, 426],
  ["an older version", { headers: { [VERSION]: "8" } }, 426],
  ["a later version", { headers: { [VERSION]: "14" } }, 426],
  ["a version that is no number", { headers: { [VERSION]: "x" } }, 426],
  ["a malformed path", { target: "/%zz" }, 400],
  ["a path cut off", { target: "/%e" }, 400],
  ["a path with a NUL", { target: "/a%00b" }, 400],
  ["a malformed path, plain", { target: "/%zz", headers: PLAIN }, 400],
];
testEach("stdws answers a request for an upgrade with the status of its mistake", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  for (const [what, request, status] of REQUESTS) {
    using client = await RawClient.request(server.url, request);
    const { answer } = client;
    assertEquals(answer.status, status, what);
    const says = status === 426 && what.includes("version");
    assertEquals(answer.headers.get(VERSION), says ? "13" : null, what);
    if (status === 101) {
      assertEquals(answer.headers.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertEquals(answer.headers.get("Upgrade")?.toLowerCase(), "websocket", what);
      assertEquals(answer.headers.get("Connection")?.toLowerCase(), "upgrade", what);
    } else {assertMatch(
        answer.body,
        request.method === "HEAD" ? /^$/ : new RegExp(`^${status} `),
        what,
      );}
  }
});

const ADD = [
  "--header=X-All: a",
  "--header=X-All: b: c",
  "--header-ws=X-Ws: w",
  "--header-http=X-Http:h",
];
const ALL = { "x-all": "a, b: c", "x-ws": null, "x-http": "h" };
const ANSWERS: [request: HandshakeOptions, status: number, headers: typeof ALL | object][] = [
  [{}, 101, { "x-all": "a, b: c", "x-ws": "w", "x-http": null }],
  [{}, 429, ALL],
  [{ headers: PLAIN }, 426, ALL],
  [{ target: "/%" }, 400, ALL],
  [{ headers: { [KEY]: "x" } }, 400, ALL],
  [{ headers: { [VERSION]: "7" } }, 426, { ...ALL, "sec-websocket-version": "13" }],
  [{ headers: { Origin: "http://evil.org" } }, 403, ALL],
];
testEach("stdws adds the headers of its options to the answers they are for", async (form) => {
  const args = [...ADD, "--origin=good.org", "--maxforks=1", "cat"];
  await using server = await TestServer.start(args, { form });
  const clients: RawClient[] = [];
  for (const [request, status, headers] of ANSWERS) {
    const all = { Origin: "http://good.org", ...request.headers };
    const client = await RawClient.request(server.url, { ...request, headers: all });
    clients.push(client);
    const { answer } = client;
    assertEquals(answer.status, status);
    for (const [name, value] of Object.entries(headers)) {
      assertEquals(answer.headers.get(name), value, `${name} of ${status}`);
    }
  }
  for (const client of clients) client[Symbol.dispose]();
});

testEach("stdws --maxforks=1 refuses the second with 429 until the first is gone", async (form) => {
  const args = ["--maxforks=1", "--loglevel=debug", "cat"];
  await using server = await TestServer.start(args, { form });
  using first = await RawClient.open(server.url);
  assertEquals(await statusOf(server, {}), 429);
  assertEquals(await statusOf(server, {}), 429);
  await first.send("still here");
  assertEquals(await first.text(), "still here");
  first[Symbol.dispose]();
  await server.stdout.until(/Process \d+ terminated/);
  using second = await RawClient.open(server.url);
  await second.send("next");
  assertEquals(await second.text(), "next");
});

testEach("stdws --maxforks=1 takes the next as soon as a program has ended", async (form) => {
  await using server = await TestServer.start(["--maxforks=1", "echo", "x"], { form });
  for (let count = 0; count < 10; count++) {
    using client = await RawClient.open(server.url);
    assertEquals(await client.rest(), { texts: ["x"], closed: "1000" });
  }
});

for (const limit of [0, -1]) {
  testEach(`stdws --maxforks=${limit} means no limit`, async (form) => {
    await using server = await TestServer.start([`--maxforks=${limit}`, "cat"], { form });
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(server.url)));
    for (const client of clients) {
      await client.send("hello");
      assertEquals(await client.text(), "hello");
      client[Symbol.dispose]();
    }
  });
}

testEach("stdws answers 500 for a program that cannot be started, and goes on", async (form) => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/text`, "no program\n", { mode: 0o644 });
    await Deno.writeTextFile(`${dir}/missing`, "#!/nowhere/sh\n", { mode: 0o755 });
    await Deno.writeTextFile(`${dir}/good`, "#!/bin/sh\necho good\n", { mode: 0o755 });
    // A failed start holds no permit.
    await using server = await TestServer.start(["--maxforks=1", `--dir=${dir}`], { form });
    for (const name of ["text", "missing", "text"]) {
      assertEquals(await statusOf(server, { target: `/${name}` }), 500, name);
      await server.stdout.until(
        new RegExp(
          ` \\| ERROR  \\| process    \\| url:'\\S+/${name}' .*Cannot run ".*/${name}": it`,
        ),
      );
    }
    using client = await RawClient.open(`${server.url}good`);
    assertEquals(await client.rest(), { texts: ["good"], closed: "1000" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

testEach("stdws --reverselookup tells REMOTE_HOST by name", async (form) => {
  const hosts = await Deno.readTextFile("/etc/hosts");
  const name = /^127\.0\.0\.1\s+(\S+)/m.exec(hosts)?.[1] ?? "127.0.0.1";
  const args = ["--reverselookup", "sh", "-c", "echo $REMOTE_HOST $REMOTE_ADDR"];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), `${name} 127.0.0.1`);
  await server.stdout.until(new RegExp(`remote:'${name}' .* CONNECT$`));
});
