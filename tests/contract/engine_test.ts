import { assert, assertEquals, assertMatch } from "@std/assert";
import { frame, RawClient, type Received } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "../e2e/variables.ts";

const encoder = new TextEncoder();
const NONE = new Uint8Array();

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function close(code: number, reason: string | Uint8Array = ""): Uint8Array {
  const text = typeof reason === "string" ? encoder.encode(reason) : reason;
  return frame(0x88, join(Uint8Array.of(code >> 8, code & 255), text));
}

/** What was received in a few words: `text:abc`, `1000 bye`. */
function brief(received: Received): string {
  const { kind } = received;
  if (kind === "text") return `text:${received.data}`;
  if (kind === "close") return `${received.code} ${received.reason}`.trimEnd();
  return `${kind}:${received.data.length}`;
}

const TEXT = frame(0x81, encoder.encode("after"));

/** What a client sends to an echo, and what comes back; the connection goes on. */
const FRAMES: [what: string, sent: Uint8Array, answers: string[]][] = [
  ["an empty text", frame(0x81, NONE), ["text:"]],
  ["an empty text once more", frame(0x81, NONE), ["text:"]],
  ["empty bytes", frame(0x82, NONE), ["binary:0"]],
  ["many empty texts", join(...Array.from({ length: 99 }, () => frame(0x81, NONE))), [
    ...Array.from({ length: 99 }, () => "text:"),
  ]],
  ["a byte order mark", frame(0x81, encoder.encode("\ufeffa")), ["text:\ufeffa"]],
  ["a NUL", frame(0x81, Uint8Array.of(0)), ["text:\0"]],
  ["a ping", frame(0x89, NONE), ["pong:0"]],
  ["a ping of 125 bytes", frame(0x89, new Uint8Array(125)), ["pong:125"]],
  ["a pong that nobody asked for", join(frame(0x8a, encoder.encode("x")), TEXT), ["text:after"]],
  [
    "three frames",
    join(frame(0x01, Uint8Array.of(65)), frame(0x00, Uint8Array.of(66)), frame(0x80, NONE)),
    ["text:AB"],
  ],
  [
    "bytes in two frames",
    join(frame(0x02, new Uint8Array(9)), frame(0x80, new Uint8Array(1))),
    ["binary:10"],
  ],
  [
    "a character in three frames",
    join(
      frame(0x01, Uint8Array.of(0xe2)),
      frame(0x00, Uint8Array.of(0x82)),
      frame(0x80, Uint8Array.of(0xac)),
    ),
    ["text:€"],
  ],
  [
    "a ping in a message",
    join(frame(0x01, Uint8Array.of(65)), frame(0x89, NONE), frame(0x80, Uint8Array.of(66))),
    ["pong:0", "text:AB"],
  ],
  [
    "a thousand frames",
    join(
      frame(0x01, NONE),
      ...Array.from({ length: 1000 }, () => frame(0x00, Uint8Array.of(65))),
      frame(0x80, NONE),
    ),
    [`text:${"A".repeat(1000)}`],
  ],
];
testEach("an engine takes messages, pings and pongs in any form of frames", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using client = await RawClient.open(server.url);
  for (const [what, sent, answers] of FRAMES) {
    await client.bytes(sent);
    for (const answer of answers) assertEquals(brief(await client.next()), answer, what);
  }
});

testEach("an engine takes a first message that is empty for what it is", async (form) => {
  for (const handler of ["--echo", "--broadcast"]) {
    await using server = await TestServer.start([handler], { form });
    using client = await RawClient.open(server.url);
    for (const message of ["", "", "a", ""]) {
      await client.send(message);
      assertEquals(brief(await client.next()), `text:${message}`, handler);
    }
  }
});

testEach("an engine takes frames that come a byte at a time", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using client = await RawClient.open(server.url);
  for (const byte of join(frame(0x81, new Uint8Array(130).fill(65)), frame(0x89, NONE))) {
    await client.bytes(Uint8Array.of(byte));
  }
  assertEquals(brief(await client.next()), `text:${"A".repeat(130)}`);
  assertEquals(brief(await client.next()), "pong:0");
});

/** Close codes of a client, and the server's answer. */
const CLOSES: [what: string, sent: Uint8Array, answer: string, native?: string][] = [
  ["1000", close(1000, "bye"), "1000 bye"],
  ["no code", frame(0x88, NONE), "1005"],
  ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999].map((
    code,
  ): [string, Uint8Array, string] => [`${code}`, close(code), `${code}`]),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535].map((
    code,
  ): [string, Uint8Array, string] => [`${code}`, close(code), "1002"]),
  // Registered after RFC 6455.
  ["1014", close(1014), "1014", "1002"],
  ["123 bytes of reason", close(3000, "€".repeat(41)), `3000 ${"€".repeat(41)}`],
  ["a message after it", join(close(1000), TEXT), "1000"],
];
testEach("an engine answers a close frame in kind and ends the connection", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  for (const [what, sent, answer, native = answer] of CLOSES) {
    using client = await RawClient.open(server.url);
    await client.bytes(sent);
    const found = brief(await client.next());
    // Mistakes have a reason on the one engine.
    const known = form === "node" && answer === "1002" ? found.slice(0, 4) : found;
    assertEquals(known, form === "node" ? answer : native, what);
    // The end of the connection itself.
    assertEquals(brief(await client.next()), "1006", what);
  }
  assertEquals(await isAlive(server), true);
});

const VIOLATION = "1002";
const NO_TEXT = "1007";
const TOO_LARGE = "1009";

/** What breaks the protocol: the code that `node` says; `native` drops the connection, or as it is here. */
const VIOLATIONS: [what: string, sent: Uint8Array, node: string, native?: string][] = [
  ["bytes that are no UTF-8", frame(0x81, Uint8Array.of(0xff)), NO_TEXT],
  ["an overlong character", frame(0x81, Uint8Array.of(0xc0, 0xaf)), NO_TEXT],
  ["half a surrogate", frame(0x81, Uint8Array.of(0xed, 0xa0, 0x80)), NO_TEXT],
  ["half a character", frame(0x81, Uint8Array.of(0xe2, 0x82)), NO_TEXT],
  [
    "a character that breaks off in the next frame",
    join(frame(0x01, Uint8Array.of(0xc3)), frame(0x80, Uint8Array.of(65))),
    NO_TEXT,
  ],
  ["a reason that is no UTF-8", close(1000, Uint8Array.of(0xff)), NO_TEXT],
  ["opcode 3", frame(0x83, NONE), VIOLATION],
  ["opcode 11", frame(0x8b, NONE), VIOLATION],
  ["the first reserved bit", frame(0xc1, NONE), VIOLATION],
  ["the second reserved bit", frame(0xa1, NONE), VIOLATION],
  ["the third reserved bit", frame(0x91, NONE), VIOLATION],
  ["a continuation of nothing", frame(0x80, NONE), VIOLATION],
  ["a message in a message", join(frame(0x01, NONE), frame(0x81, NONE)), VIOLATION],
  ["a ping in two frames", frame(0x09, NONE), VIOLATION],
  ["a ping of 126 bytes", frame(0x89, new Uint8Array(126)), VIOLATION],
  ["a close frame of one byte", frame(0x88, Uint8Array.of(3)), VIOLATION],
  [
    "a close frame of 126 bytes",
    close(1000, "x".repeat(124)),
    VIOLATION,
    `1000 ${"x".repeat(124)}`,
  ],
  ["a frame without a mask", Uint8Array.of(0x81, 1, 65), VIOLATION, "text:A"],
  ["a length of 2^63", Uint8Array.of(0x81, 0xff, 0x80, ...new Uint8Array(11)), TOO_LARGE],
  ["a length of 2^40", Uint8Array.of(0x81, 0xff, 0, 0, 1, ...new Uint8Array(9)), TOO_LARGE],
];
testEach("an engine ends the connection of a client that breaks the protocol", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using other = await RawClient.open(server.url);
  for (const [what, sent, node, native = "1006"] of VIOLATIONS) {
    using client = await RawClient.open(server.url);
    await client.bytes(sent);
    const found = brief(await client.next());
    assertEquals(
      form === "node" ? found.slice(0, 4) : found,
      form === "node" ? node : native,
      what,
    );
    // A client that it admits by mistake must still be able to leave, and one that says more than it sends.
    if (found !== "1006") await client.close().then(() => client.end()).catch(() => {});
    if (found !== "1006") assertMatch(brief(await client.next()), /^100[06]$/, what);
    await other.send(what);
    assertEquals(await other.text(), what);
  }
});

testEach("an engine lets a connection go that the client drops in a frame", async (form) => {
  await using server = await TestServer.start(["--broadcast"], { form });
  for (const part of [Uint8Array.of(0x81), Uint8Array.of(0x81, 0xfe, 1), TEXT.slice(0, 8)]) {
    const known = server.stdout.all.length;
    const client = await RawClient.open(server.url);
    await client.bytes(part);
    client[Symbol.dispose]();
    await server.stdout.after(known, / DISCONNECT$/);
  }
  assertEquals(await isAlive(server), true);
});

testEach("an engine takes messages that come together with the handshake", async (form) => {
  await using server = await TestServer.start(["cat"], { form });
  using wire = await Wire.connect(server);
  const head = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  await wire.write(join(encoder.encode(head), TEXT, TEXT));
  assertMatch(await wire.until(/after[^]*after/), /^HTTP\/1\.1 101 /);
});

testEach("an engine ends the connection of an upgrade that it refuses", async (form) => {
  await using server = await TestServer.start(["--maxforks=1", "--origin=good.org", "cat"], {
    form,
  });
  const before = await filesOf(server.pid);
  for (let count = 0; count < 40; count++) {
    const headers = count % 2 ? { Origin: "http://evil.org" } : { Upgrade: "h2c" };
    (await RawClient.request(server.url, { headers }))[Symbol.dispose]();
  }
  // None of them is still held: the next one is the only one more.
  using client = await RawClient.open(server.url, { headers: { Origin: "http://good.org" } });
  await client.send("hello");
  assertEquals(await client.text(), "hello");
  const after = await filesOf(server.pid);
  assert(after < before + 20, `${after} files are open, and ${before} were`);
});

async function filesOf(pid: number): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}

async function isAlive(server: TestServer): Promise<boolean> {
  using client = await RawClient.open(server.url);
  await client.send("alive");
  return await client.text() === "alive";
}

const HEADERS = {
  Cookie: "a=1; b=2\r\nCookie: c=3",
  "X-A": "one\r\nX-A: two\r\nx-a: three",
  "X-Text": "ü€😀",
  "X-Empty": "",
  "X_Under": "score",
  "Accept-Language": "de, en;q=0.5",
};
const VARIABLES = {
  HTTP_COOKIE: "a=1; b=2; c=3",
  HTTP_X_A: "one, two, three",
  HTTP_X_TEXT: "ü€😀",
  HTTP_X_EMPTY: "",
  HTTP_X_UNDER: "score",
  HTTP_ACCEPT_LANGUAGE: "de, en;q=0.5",
};
testEach("an engine joins headers that are repeated", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  const found = await variablesOf(server, { headers: HEADERS });
  for (const [name, value] of Object.entries(VARIABLES)) assertEquals(found[name], value, name);
});

/** The heads of answers without what may differ: order, case of names, date, and how it ends. */
function headersOf(answer: string): string[] {
  const [head = ""] = answer.split("\r\n\r\n");
  return head.split("\r\n").slice(1).map((line) =>
    line.replace(/^[^:]*/, (name) => name.toLowerCase())
  )
    .filter((line) => !/^(date|connection|keep-alive|vary):/.test(line)).toSorted();
}

testEach("an engine answers with the headers of the options, and no others", async (form) => {
  const options = ["--header=X-All: a", "--header=X-All: b", "--header-http=X-Http: h"];
  await using server = await TestServer.start([
    ...options,
    "--header-ws=X-Ws: w",
    "--route=/ws=echo",
  ], {
    form,
  });
  using wire = await Wire.connect(server);
  await wire.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const found = headersOf(await wire.rest());
  const values = (name: string) =>
    found.filter((line) => line.startsWith(`${name}: `)).flatMap((line) =>
      line.slice(name.length + 2).split(", ")
    );
  assertEquals([values("x-all"), values("x-http"), values("x-ws")], [["a", "b"], ["h"], []]);
  assertEquals(values("content-length"), ["14"]);
  assertEquals(values("content-type").map((type) => type.toLowerCase()), [
    "text/plain;charset=utf-8",
  ]);
  const names = new Set(found.map((line) => line.replace(/:.*/, "")));
  assertEquals(names, new Set(["content-length", "content-type", "x-all", "x-http"]));
});

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const REQUESTS: [what: string, writes: string[], paths: string[]][] = [
  ["one after another", [GET("/1"), GET("/2"), GET("/3")], ["/1", "/2", "/3"]],
  ["all at once", [GET("/4") + GET("/5") + GET("/6")], ["/4", "/5", "/6"]],
  [
    "with bodies that nobody reads",
    [
      "POST /7 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" +
      "POST /8 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
      GET("/9"),
    ],
    ["/7", "/8", "/9"],
  ],
];
for (const [what, writes, paths] of REQUESTS) {
  testEach(`an engine answers requests on one connection ${what}`, async (form) => {
    await using server = await TestServer.start(["--route=/=echo"], { form });
    using wire = await Wire.connect(server);
    for (const [index, path] of paths.entries()) {
      const write = writes[index];
      if (write !== undefined) await wire.write(write);
      assertMatch(await wire.until(/404 Not Found\n/), /^HTTP\/1\.1 404 /, path);
      await server.stdout.until(new RegExp(`${path}' .*\\| NOT FOUND$`));
    }
    // And an upgrade on the same connection.
    using client = await RawClient.open(server.url, { conn: wire.conn });
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  });
}

testEach("an engine answers HEAD as GET, without the body", async (form) => {
  await using server = await TestServer.start(["--route=/ws=echo"], { form });
  const heads: string[][] = [];
  for (const method of ["GET", "HEAD"]) {
    using wire = await Wire.connect(server);
    await wire.write(`${method} / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    const answer = await wire.rest();
    assertMatch(answer, /^HTTP\/1\.1 404 /);
    assertEquals(answer.split("\r\n\r\n")[1], method === "GET" ? "404 Not Found\n" : "");
    heads.push(headersOf(answer));
  }
  assertEquals(heads[1], heads[0]);
});

const CLOSED: [program: string, close: string][] = [
  ["exit 0", "1000"],
  ["exit 3", "4003 exit status 3"],
  ["kill -9 $$", "4137 SIGKILL"],
];
testEach(
  "an engine sends everything before its close frame, and ends the connection",
  async (form) => {
    for (const [program, expected] of CLOSED) {
      const all = ["sh", "-c", `seq 1 1000; ${program}`];
      await using server = await TestServer.start(all, { form });
      using client = await RawClient.open(server.url);
      const { texts, closed } = await client.rest();
      assertEquals([texts.length, closed], [1000, expected]);
      await client.close(Number(closed.slice(0, 4)));
      assertEquals(brief(await client.next()), "1006");
      await server.stdout.until(/ DISCONNECT$/);
    }
  },
);

const SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1024 * 1024];
testEach("an engine carries messages of every size both ways", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using client = await RawClient.open(server.url);
  for (const size of SIZES) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
    await client.send(bytes);
    assertEquals(await client.next(), { kind: "binary", data: bytes });
    await client.send("x".repeat(size));
    assertEquals(await client.text() === "x".repeat(size), true);
  }
  await client.send("x".repeat(1024 * 1024 + 1));
  assertMatch(brief(await client.next()), /^1009/);
});
