import { assertEquals, assertMatch } from "@std/assert";
import { version2 } from "../listen/proxy_protocol/version2_bytes.ts";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { reset } from "../support/reset.ts";
import { runToEnd, testBoth, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

const encoder = new TextEncoder();

const LINE = encoder.encode("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n");
const V4 = [192, 0, 2, 7, 192, 0, 2, 2, 0x12, 0x34, 1, 0xbb];
const TLS = [0x20, 0, 5, 1, 0, 0, 0, 0];

const ARGS = ["--proxy-protocol", "--trust-proxy=loopback,unix"];

/** A server whose peers speak the PROXY protocol, and connections to it that begin with some bytes. */
async function start(...args: readonly string[]): Promise<TestServer> {
  return await TestServer.start([...ARGS, ...args], { form: "node" });
}

async function connect(server: TestServer, ...chunks: readonly Uint8Array[]): Promise<Deno.Conn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  conn.setNoDelay();
  for (const chunk of chunks) await conn.write(chunk);
  return conn;
}

const PREAMBLES: [what: string, bytes: Uint8Array, known: string][] = [
  ["version 1", LINE, "192.0.2.1 56324 "],
  ["version 1 with IPv6", encoder.encode("PROXY TCP6 2001:DB8::1 ::1 1 2\r\n"), "2001:db8::1 1 "],
  ["version 1 without an address", encoder.encode("PROXY UNKNOWN\r\n"), "127.0.0.1 \\d+ "],
  ["version 2", version2(0x21, 0x11, V4), "192.0.2.7 4660 "],
  ["version 2 with TLS", version2(0x21, 0x11, [...V4, ...TLS]), "192.0.2.7 4660 on"],
  ["version 2 of a Unix socket", version2(0x21, 0x31, Array(216).fill(0)), "unix-socket  "],
  ["version 2 of the proxy itself", version2(0x20, 0, []), "127.0.0.1 \\d+ "],
];
for (const [what, bytes, known] of PREAMBLES) {
  Deno.test(`stdws --proxy-protocol knows a client by ${what}`, async () => {
    await using server = await start("env");
    // As one packet with the request, alone, and cut in two.
    for (const chunks of [[bytes], [bytes.subarray(0, 5), bytes.subarray(5)]]) {
      const conn = await connect(server, ...chunks);
      const { REMOTE_ADDR, REMOTE_PORT, HTTPS = "" } = await variablesOf(server, { conn });
      assertMatch(`${REMOTE_ADDR} ${REMOTE_PORT} ${HTTPS}`, new RegExp(`^${known}$`));
    }
    const remote = known.split(" ")[0];
    await server.stdout.until(new RegExp(` id:\\S+ remote:'${remote}' .* CONNECT$`));
    using wire = new Wire(await connect(server));
    const request = encoder.encode("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    await wire.write(Uint8Array.of(...bytes, ...request, ...request));
    for (let count = 0; count < 2; count++) await wire.until(/426 Upgrade Required: .*\n/);
    await wire.write(request);
    await wire.until(/426 Upgrade Required: .*\n/);
    await server.stdout.until(new RegExp(`/a' remote:'${remote}' status:'426'`));
  });
}

Deno.test("stdws --proxy-protocol reads a preamble that comes byte by byte", async () => {
  await using server = await start("env");
  for (const bytes of [LINE, version2(0x21, 0x11, [...V4, ...TLS])]) {
    const conn = await connect(server, ...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assertMatch((await variablesOf(server, { conn })).REMOTE_ADDR ?? "", /^192\.0\.2\.[17]$/);
  }
});

Deno.test("stdws --proxy-protocol carries frames that come with the handshake", async () => {
  await using server = await start("--echo");
  const conn = await connect(server, LINE);
  using client = await RawClient.open(server.url, { conn });
  for (const text of ["a", "x".repeat(100_000)]) {
    await client.send(text);
    assertEquals(await client.text(), text);
  }
});

const REFUSED: [what: string, bytes: string, says: string][] = [
  ["a request without one", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "there is none"],
  ["a line that is none", "PROXY TCP4 a b c d\r\n", 'its line is "PROXY TCP4 a b c d\\\\r\\\\n"'],
  ["a line without an end", "PROXY ".padEnd(108, "x"), "its line has more than 107 bytes"],
  ["half of one", "PROXY TCP4", "it breaks off"],
];
for (const [what, bytes, says] of REFUSED) {
  Deno.test(`stdws --proxy-protocol ends the connection of a trusted peer with ${what}`, async () => {
    await using server = await start("--echo");
    using wire = new Wire(await connect(server, encoder.encode(bytes)));
    if (says === "it breaks off") await wire.conn.closeWrite();
    assertEquals(await wire.rest(), "");
    await server.stdout.until(
      new RegExp(` remote:'127\\.0\\.0\\.1' \\| Cannot read the PROXY protocol: ${says}$`),
    );
  });
}

Deno.test("stdws --proxy-protocol logs an address of IPv4 as all others, where it listens for IPv6 too", async () => {
  const place = ["--port=0", "--address=[::ffff:127.0.0.1]"];
  await using server = await TestServer.startAt([...place, ...ARGS, "--echo"], { form: "node" });
  using wire = new Wire(await connect(server, encoder.encode("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  assertEquals(await wire.rest(), "");
  await server.stdout.until(/ remote:'127\.0\.0\.1' \| Cannot read the PROXY protocol: /);
});

Deno.test("stdws --proxy-protocol says nothing of who only looks whether it is there", async () => {
  await using server = await start("--echo");
  for (let count = 0; count < 3; count++) (await connect(server)).close();
  const conn = await connect(server, LINE);
  using _client = await RawClient.open(server.url, { conn });
  assertEquals(server.stdout.all.filter((line) => line.includes("PROXY")), []);
});

Deno.test("stdws --proxy-protocol says nothing of who looks with a preamble, and resets", async () => {
  await using server = await start("--echo");
  for (let count = 0; count < 50; count++) await reset(server, LINE);
  const conn = await connect(server, LINE);
  using _client = await RawClient.open(server.url, { conn });
  await server.stop();
  assertEquals(server.stdout.all.filter((line) => / \| http /.test(line)), []);
});

Deno.test("stdws --proxy-protocol ends at once, whoever has not begun yet", async () => {
  await using server = await start("--echo");
  using wire = new Wire(await connect(server, LINE.subarray(0, 5)));
  const conn = await connect(server, LINE);
  using _client = await RawClient.open(server.url, { conn });
  assertEquals((await server.stop()).code, 0);
  assertEquals(await wire.rest(), "");
});

Deno.test("stdws --proxy-protocol expects nothing of others, and believes nothing", async () => {
  const args = ["--proxy-protocol", "--trust-proxy=192.0.2.1", "env"];
  await using server = await TestServer.start(args, { form: "node" });
  assertEquals((await variablesOf(server)).REMOTE_ADDR, "127.0.0.1");
  using wire = new Wire(await connect(server, LINE));
  assertMatch(await wire.rest(), /^HTTP\/1\.1 400 /);
  await server.stdout.until(/ remote:'127\.0\.0\.1' status:'400' /);
});

Deno.test("stdws --proxy-protocol believes headers only of clients that are trusted", async () => {
  await using server = await start("env");
  const headers = { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" };
  const clients: [preamble: Uint8Array, known: string][] = [
    [LINE, "192.0.2.1 "],
    [encoder.encode("PROXY TCP4 127.0.0.9 127.0.0.1 1 2\r\n"), "203.0.113.9 on"],
    // A client that the proxy does not know, or has by a socket of its own, is not the proxy.
    [encoder.encode("PROXY UNKNOWN\r\n"), "127.0.0.1 "],
    [version2(0x21, 0x31, Array(216).fill(0)), "unix-socket "],
  ];
  for (const [preamble, known] of clients) {
    const conn = await connect(server, preamble);
    const { REMOTE_ADDR, HTTPS = "" } = await variablesOf(server, { conn, headers });
    assertEquals(`${REMOTE_ADDR} ${HTTPS}`, known);
  }
});

Deno.test("stdws --proxy-protocol knows of TLS also where the client is trusted itself", async () => {
  await using server = await start("--sameorigin", "env");
  const preamble = version2(0x21, 0x11, [127, 0, 0, 9, ...V4.slice(4), ...TLS]);
  const said: [headers: Record<string, string>, known: string][] = [
    [{}, "127.0.0.9 on"],
    [{ "X-Forwarded-For": "203.0.113.9" }, "203.0.113.9 on"],
    // Its own word is about who is in front of it.
    [{ "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http" }, "203.0.113.9 "],
  ];
  for (const [more, known] of said) {
    const conn = await connect(server, preamble);
    const scheme = known.endsWith("on") ? "https" : "http";
    const headers = { Host: "example.com", Origin: `${scheme}://example.com`, ...more };
    const { REMOTE_ADDR, HTTPS = "" } = await variablesOf(server, { conn, headers });
    assertEquals(`${REMOTE_ADDR} ${HTTPS}`, known);
  }
});

Deno.test({
  ...needing("stdws --proxy-protocol reads it in front of TLS", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const options = sslOptions(await certificates.server());
    await using server = await start(...options, "env");
    const caCerts = [await Deno.readTextFile(certificates.ca.cert)];
    for (const chunks of [[LINE], Array.from(LINE, (byte) => Uint8Array.of(byte))]) {
      const tcp = await connect(server, ...chunks) as Deno.TcpConn;
      const conn = await Deno.startTls(tcp, { hostname: "localhost", caCerts });
      const { REMOTE_ADDR, HTTPS } = await variablesOf(server, { conn });
      assertEquals([REMOTE_ADDR, HTTPS], ["192.0.2.1", "on"]);
    }
    // What is no TLS behind it is told with the client's address.
    using wire = new Wire(await connect(server, LINE, encoder.encode("GET / HTTP/1.1\r\n\r\n")));
    await wire.rest();
    await server.stdout.until(/ remote:'192\.0\.2\.1' \| TLS handshake failed: /);
  },
});

Deno.test("stdws --proxy-protocol reads it on a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  const server = await TestServer.startAt([`--unixsocket=${path}`, ...ARGS, "env"], {
    form: "node",
  });
  const conn = await Deno.connect({ transport: "unix", path });
  await conn.write(LINE);
  const { REMOTE_ADDR } = await variablesOf({ url: "ws://h/" }, { conn });
  assertEquals(REMOTE_ADDR, "192.0.2.1");
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("stdws --proxy-protocol --redirport reads it there as well", async () => {
  await using server = await start("--redirport=0", "--echo");
  const line = await server.stdout.until(/Starting redirect server/);
  const port = Number(/:(\d+)\/$/.exec(line)?.[1]);
  using wire = new Wire(await Deno.connect({ hostname: "127.0.0.1", port }));
  await wire.write(Uint8Array.of(...LINE, ...encoder.encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
  assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 301 [^]*http:\/\/a:\d+\/\r/);
});

const WRONG: [args: string[], says: RegExp][] = [
  [["--proxy-protocol"], /^stdws: --proxy-protocol needs --trust-proxy=LIST: of anybody else/],
  [
    ["--proxy-protocol", "--trust-proxy=unix", "--engine=native"],
    /^stdws: --proxy-protocol cannot be used with --engine=native: Deno\.serve reads connections/,
  ],
];
testBoth("stdws --proxy-protocol is refused where it cannot be had", async (form) => {
  for (const [args, says] of WRONG) {
    const { code, stderr } = await runToEnd(["--port=0", ...args, "--echo"], { form });
    assertEquals(code, 1);
    assertMatch(stderr, says);
  }
});
