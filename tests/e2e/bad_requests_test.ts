import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Lines } from "../support/lines.ts";
import { memoryOf } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { ROOT, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { withDescriptors } from "../support/with_descriptors.ts";

const MIB = 1024 * 1024;

const END = "Host: h\r\nConnection: close\r\n\r\n";
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${END}`;
const post = (headers: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n${body}`;

const BAD = "400";
const NOT_FOUND = "404";
/** Hung up without an answer. */
const NOTHING = "";

/** What is sent, and the statuses of the answers up to the end of the connection, of which one is right. */
const REQUESTS: [what: string, sent: string | Uint8Array, answers: string[]][] = [
  ["random bytes", Uint8Array.from({ length: 2000 }, (_, index) => index * 89 + 131), [BAD]],
  ["zeros", new Uint8Array(2000), [BAD]],
  ["a line of garbage", "garbage\r\n\r\n", [BAD]],
  ["CONNECT", `CONNECT example.com:443 HTTP/1.1\r\n${END}`, [NOTHING, NOT_FOUND]],
  ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${END}`, ["204"]],
  ["a whole URL", `GET http://example.com/a?b HTTP/1.1\r\n${END}`, [NOT_FOUND]],
  ["a whole URL of nothing", `GET http:// HTTP/1.1\r\n${END}`, [BAD, NOT_FOUND]],
  ["TRACE", `TRACE / HTTP/1.1\r\n${END}`, [NOT_FOUND]],
  ["an unknown method", `BREW /pot HTTP/1.1\r\n${END}`, [BAD, NOT_FOUND]],
  ["a method in small letters", `get / HTTP/1.1\r\n${END}`, [BAD, NOT_FOUND]],
  ["a method of 10,000 letters", `${"A".repeat(10_000)} / HTTP/1.1\r\n${END}`, [BAD, NOT_FOUND]],
  ["no path", `GET HTTP/1.1\r\n${END}`, [BAD]],
  ["a path without a slash", `GET a HTTP/1.1\r\n${END}`, [BAD]],
  ["a path with a space", `GET /a b HTTP/1.1\r\n${END}`, [BAD]],
  ["a path in UTF-8", `GET /ü HTTP/1.1\r\n${END}`, [BAD, NOT_FOUND]],
  ["HTTP/1.2", `GET / HTTP/1.2\r\n${END}`, [BAD]],
  ["HTTP/0.9", "GET /\r\n\r\n", [BAD, NOT_FOUND]],
  ["line feeds alone", "GET / HTTP/1.1\nHost: h\nConnection: close\n\n", [BAD, NOT_FOUND]],
  ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", [BAD, NOT_FOUND]],
  ["two Hosts", `GET / HTTP/1.1\r\nHost: other\r\n${END}`, [BAD]],
  ["a folded header", `GET / HTTP/1.1\r\nX-A: b\r\n c\r\n${END}`, [BAD]],
  ["a header with a NUL", `GET / HTTP/1.1\r\nX-A: b\0c\r\n${END}`, [BAD]],
  ["a header without a name", `GET / HTTP/1.1\r\n: b\r\n${END}`, [BAD]],
  ["a header without a colon", `GET / HTTP/1.1\r\nX-A\r\n${END}`, [BAD]],
  ["a space before the colon", `GET / HTTP/1.1\r\nX-A : b\r\n${END}`, [BAD]],
  ["two lengths", post("Content-Length: 5\r\nContent-Length: 6", `hello${SMUGGLED}`), [BAD]],
  ["two lengths in one", post("Content-Length: 5, 6", `hello${SMUGGLED}`), [BAD]],
  ["a negative length", post("Content-Length: -5", `hello${SMUGGLED}`), [BAD]],
  ["a length with a sign", post("Content-Length: +5", `hello${SMUGGLED}`), [BAD]],
  ["a length in base 16", post("Content-Length: 0x5", `hello${SMUGGLED}`), [BAD]],
  ["a length of 10^23", post(`Content-Length: 1${"0".repeat(23)}`, "hello"), [BAD]],
  ["an unknown coding", post("Transfer-Encoding: xchunked", `0\r\n\r\n${SMUGGLED}`), [BAD]],
  ["a coding with a space", post("Transfer-Encoding : chunked", `0\r\n\r\n${SMUGGLED}`), [BAD]],
  ["a chunk of no size", post("Transfer-Encoding: chunked", "zz\r\nhello"), [
    BAD,
    NOTHING,
    NOT_FOUND,
  ]],
  ["an expectation", `POST / HTTP/1.1\r\nExpect: x\r\nContent-Length: 0\r\n${END}`, [
    "417",
    NOT_FOUND,
  ]],
];
testEach("stdws answers bad requests, hangs up and goes on", async (form) => {
  await using server = await TestServer.start(["--route=/ws=echo"], { form });
  using other = await RawClient.open(`${server.url}ws`);
  for (const [what, sent, answers] of REQUESTS) {
    using wire = await Wire.connect(server);
    // It may hang up before it has all.
    await wire.offer(sent);
    const found = statusesIn(await wire.rest());
    assert(answers.includes(found), `${what} is answered with "${found}"`);
    await other.send(what);
    assertEquals(await other.text(), what);
  }
  await server.stop();
  assertEquals(server.stdout.all.filter((line) => /smuggled|Unhandled/.test(line)), []);
  assertEquals(server.stderr.all, []);
});

function statusesIn(answers: string): string {
  return Array.from(answers.matchAll(/HTTP\/1\.\d (\d+) /g), ([, status]) => status).join(" ");
}

testEach("stdws goes on after the start of HTTP/2 and what is none", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const rest of ["", "\0".repeat(9), "\xff".repeat(100)]) {
    using wire = await Wire.connect(server);
    await wire.write(preface + rest);
    if (rest.startsWith("\xff")) await wire.rest();
    using client = await RawClient.open(server.url);
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  }
});

testEach("stdws takes no body for a request when both of its lengths are given", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using wire = await Wire.connect(server);
  const lengths = "Content-Length: 5\r\nTransfer-Encoding: chunked";
  await wire.write(post(lengths, `0\r\n\r\n${SMUGGLED}`));
  const found = statusesIn(await wire.rest());
  // Deno 2.6 goes by the chunks alone, as RFC 9112 §6.1 permits.
  assertEquals(found, form === "binary" ? "405 426" : BAD);
});

const LARGE: [what: string, sent: string, answer: RegExp][] = [
  ["100 KiB in fifty headers", header(50, 2048) + END, /^HTTP\/1\.1 (400|431) /],
  ["100 KiB in one header", header(1, 100 * 1024) + END, /^HTTP\/1\.1 (400|431) /],
  ["a line of 1 MB that does not end", header(1, 1_000_000).trimEnd(), /^HTTP\/1\.1 (400|431) /],
  ["10,000 small headers", header(10_000, 1) + END, /^HTTP\/1\.1 (400|431) /],
  [
    "a path of 100 KiB",
    `GET /${"a".repeat(100 * 1024)} HTTP/1.1\r\n${END}`,
    /^HTTP\/1\.1 4(00|14|31) /,
  ],
];
function header(count: number, size: number): string {
  return `GET / HTTP/1.1\r\n${`X-A: ${"x".repeat(size)}\r\n`.repeat(count)}`;
}
testEach("stdws refuses a head that is too large and hangs up", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  for (const [what, sent, answer] of LARGE) {
    using wire = await Wire.connect(server);
    await wire.offer(sent);
    const found = await wire.rest();
    // Deno 2.6 takes larger ones, up to 400 KiB in 100 headers.
    const expected = form === "binary" ? /^HTTP\/1\.1 4(00|14|26|31) / : answer;
    assertMatch(found, expected, what);
  }
  using client = await RawClient.open(server.url);
  await client.send("hello");
  assertEquals(await client.text(), "hello");
});

testEach("stdws does not grow with heads that never end", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  const before = memoryOf(server.pid);
  const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.connect(server)));
  const all = await Promise.all(wires.map(async (wire) => {
    let taken = await wire.offer("GET / HTTP/1.1\r\nX-A: ");
    for (let count = 0; count < 256 && taken; count++) taken = await wire.offer("x".repeat(65536));
    return taken;
  }));
  assertEquals(all.filter((taken) => taken), [], "16 MiB of a head are taken");
  const grown = memoryOf(server.pid) - before;
  assert(grown < 128 * MIB, `grew by ${grown} bytes`);
  for (const wire of wires) wire[Symbol.dispose]();
});

/** The answer to a request on a new connection. */
async function answerAt(port: number): Promise<string> {
  using wire = await Wire.connect({ port });
  await wire.write(`GET / HTTP/1.1\r\n${END}`);
  return await wire.rest();
}

// Of the engine node, tests/listen/accept_again_test.ts asks more.
Deno.test({
  ...needing("stdws --engine=native accepts again after it had no files left", "bash"),
  async fn() {
    const child = withDescriptors(80, [
      "-A",
      `${ROOT}main.ts`,
      "--engine=native",
      "--port=0",
      "--address=127.0.0.1",
      "--echo",
    ]);
    const lines = new Lines(child.stdout);
    try {
      const line = await lines.until(/Starting WebSocket server/);
      const url = /ws:\S+\//.exec(line)?.[0] ?? "";
      using before = await RawClient.open(url);
      const port = Number(new URL(url).port);
      const wires: Wire[] = [];
      for (let count = 0; count < 120; count++) {
        const wire = await Wire.connect({ port }).catch(() => undefined);
        if (wire) wires.push(wire);
      }
      await before.send("still here");
      assertEquals(await before.text(), "still here");
      for (const wire of wires) wire[Symbol.dispose]();
      await lines.until(/\| ERROR {2}\| server .* open files/);
      // For the server, those that have hung up may be there still: then it has no files once more.
      for (let known = 0, answer = ""; !answer.startsWith("HTTP/1.1 426 ");) {
        await lines.after(known, /Accepting connections again/);
        known = lines.all.length;
        answer = await answerAt(port).catch(() => "");
      }
    } finally {
      child.kill("SIGTERM");
      await Promise.all([child.status, lines.ended]);
    }
  },
});
