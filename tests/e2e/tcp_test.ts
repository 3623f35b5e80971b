import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { untilIdle } from "../support/processes.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";
import { joined, writeAll } from "../support/bytes.ts";
import { readAll, someBytes, Target } from "../support/target.ts";

const LENGTH = 10 * 1024 * 1024;

/** Sends in messages that a server takes. */
async function sendAll(client: RawClient, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += 500_000) {
    await client.send(bytes.subarray(start, start + 500_000));
  }
}

/** The bytes of the next messages, all of which have to be binary, and how it was closed if it was. */
async function bytesOf(
  client: RawClient,
  length: number,
): Promise<{ bytes: Uint8Array; closed: string }> {
  const parts: Uint8Array[] = [];
  for (let count = 0; count < length;) {
    const received = await client.next();
    if (received.kind === "close") {
      return { bytes: joined(parts), closed: `${received.code} ${received.reason}`.trimEnd() };
    }
    assert(received.kind === "binary", `a message of ${received.kind}`);
    parts.push(received.data);
    count += received.data.length;
  }
  return { bytes: joined(parts), closed: "" };
}

for (const kind of ["TCP", "Unix"]) {
  testEach(`stdws --route=/x=tcp carries 10 MB both ways over a ${kind} socket`, async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      using target = kind === "TCP" ? Target.tcp() : Target.unix(`${folder}/socket`);
      const route = `--route=/x=tcp ${target.address}`;
      await using server = await TestServer.start([route], { form });
      await server.stdout.until(new RegExp(`: tcp ${target.address}$`));
      using client = await RawClient.open(`${server.url}x`);
      const conn = await target.accept();
      const echoed = conn.readable.pipeTo(conn.writable);
      const bytes = someBytes(LENGTH);
      const [, back] = await Promise.all([sendAll(client, bytes), bytesOf(client, LENGTH)]);
      assertEquals(back.bytes.every((byte, index) => byte === bytes[index]), true);
      await client.close();
      await echoed;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testEach("stdws --route=/x=tcp closes with 1000 after the last byte", async (form) => {
  using target = Target.tcp();
  await using server = await TestServer.start([`--route=/x=tcp ${target.address}`], { form });
  using client = await RawClient.open(`${server.url}x`);
  const conn = await target.accept();
  const bytes = someBytes(LENGTH);
  const writing = writeAll(conn, bytes).then(() => conn.close());
  const got = await bytesOf(client, Infinity);
  await writing;
  assertEquals(got.closed, "1000");
  assertEquals(got.bytes.length, bytes.length);
});

testEach(
  "stdws --route=/x=tcp gives the target what was sent before the client left",
  async (form) => {
    using target = Target.tcp();
    await using server = await TestServer.start([`--route=/x=tcp ${target.address}`], { form });
    using client = await RawClient.open(`${server.url}x`);
    const conn = await target.accept();
    const bytes = someBytes(LENGTH);
    const reading = readAll(conn);
    await sendAll(client, bytes);
    await client.close();
    assertEquals((await reading).length, bytes.length);
    conn.close();
  },
);

testEach("stdws --route=/x=tcp answers 502 where nobody listens, and goes on", async (form) => {
  const address = `127.0.0.1:${freePort()}`;
  const routes = [`--route=/x=tcp ${address}`, "--route=/echo=echo"];
  await using server = await TestServer.start(routes, { form });
  using refused = await RawClient.request(`${server.url}x`);
  assertEquals(refused.answer.status, 502);
  assert(!refused.answer.body.includes(address), "the client is not told where it would have been");
  const line = await server.stdout.until(/Unable to Upgrade/);
  assertMatch(line, new RegExp(`Cannot connect to ${address}: Connection refused`));
  using client = await RawClient.open(`${server.url}echo`);
  await client.send("still here");
  assertEquals(await client.text(), "still here");
});

testEach(
  "stdws --route=/x=tcp agrees to the subprotocol binary, as websockify does",
  async (form) => {
    using target = Target.tcp();
    const route = `--route=/x=tcp?subprotocol=binary ${target.address}`;
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(`${server.url}x`, {
      headers: { "Sec-WebSocket-Protocol": "binary, base64" },
    });
    assertEquals(client.answer.headers.get("sec-websocket-protocol"), "binary");
    const conn = await target.accept();
    conn.close();
    assertEquals((await client.rest()).closed, "1000");
  },
);

testBoth("stdws --route=/x=tcp closes with 1013 where a target does not read", async (form) => {
  using target = Target.tcp();
  const route = `--route=/x=tcp?maxqueue=100000 ${target.address}`;
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(`${server.url}x`);
  const conn = await target.accept();
  const [{ closed }] = await Promise.all([
    client.rest(),
    client.flood(1_000, () => new Uint8Array(60_000)),
  ]);
  // A server of the runtime resets the connection of a client that sends on (RawClient.flood).
  assertMatch(closed, /^(1013|1006)/);
  await server.stdout.until(/Input comes faster than .* reads it: more than 100000 bytes wait$/);
  conn.close();
});

Deno.test("stdws --engine=node --route=/x=tcp holds back a client whose target does not read", async () => {
  using target = Target.tcp();
  const route = `--route=/x=tcp?maxqueue=100000 ${target.address}`;
  await using server = await TestServer.start([route], { form: "node" });
  using client = await RawClient.open(`${server.url}x`);
  const conn = await target.accept();
  const flood = client.flood(1_000, () => new Uint8Array(60_000));
  await untilIdle(server.pid);
  const reading = readAll(conn);
  assertEquals(await flood, 1_000);
  await client.close();
  assertEquals((await reading).length, 60_000_000);
  conn.close();
});

testEach("stdws --route=/x=tcp ends its connections at SIGTERM", async (form) => {
  using target = Target.tcp();
  await using server = await TestServer.start([`--route=/x=tcp ${target.address}`], { form });
  using client = await RawClient.open(`${server.url}x`);
  const conn = await target.accept();
  const ended = readAll(conn).finally(() => conn.close());
  const closed = (async () => {
    const received = await client.next();
    await client.close(1001);
    return received;
  })();
  assertEquals((await server.stop()).code, 0);
  assertEquals(await ended, new Uint8Array());
  const received = await closed;
  assertEquals(received.kind === "close" && received.code, 1001);
});

const REFUSED: [address: string, says: RegExp][] = [
  ["", /There is no HOST:PORT\|unix:PATH in --route=\/x=tcp/],
  ["127.0.0.1", /"127\.0\.0\.1" of tcp: expected HOST:PORT, \[IPv6\]:PORT or unix:PATH/],
  ["127.0.0.1:1 2", /Unexpected word "2"/],
  ["{host}:80", /"\{host\}:80" of tcp: it cannot have \{name\} in it/],
];
for (const [address, says] of REFUSED) {
  Deno.test(`stdws --route='/x=tcp ${address}' is refused and says why`, async () => {
    const args = ["--port=0", "--address=127.0.0.1", `--route=/x=tcp ${address}`];
    const { code, stdout, stderr } = await runToEnd(args);
    assert(code === 1 || code === 2, `it exits with ${code}`);
    assertEquals(stdout, "");
    assertMatch(stderr, says);
  });
}
