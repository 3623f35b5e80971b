import { assert, assertEquals } from "@std/assert";
import { mutate } from "../support/mutate.ts";
import { numbers, oneOf, type Random } from "../support/numbers.ts";
import { type Form, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { Wire } from "../support/wire.ts";

const encoder = new TextEncoder();

const METHODS = [
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "OPTIONS",
  "CONNECT",
  "TRACE",
  "get",
  "G\0T",
  "",
];

const TARGETS = [
  "/echo",
  "/cat",
  "/files/",
  "/files/a",
  "/cgi/hello",
  "/none",
  "*",
  "/%00",
  "/%zz",
  "",
];

const HEADERS = [
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 8",
  "Sec-WebSocket-Key: x",
  "Sec-WebSocket-Protocol: a, b,,",
  "Upgrade: h2c",
  "Connection: close",
  "Connection: keep-alive",
  "Content-Length: 0",
  "Content-Length: 5",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Expect: 100-continue",
  "Expect: a",
  "Host: b",
  "Host:",
  "Origin: null",
  "Origin: http://a.example",
  "Range: bytes=0-,-1,5-2",
  "If-None-Match: *",
  "Cookie: a=b",
  ": a",
  "A",
  " folded",
  "Long: " + "x".repeat(5_000),
];

const WORDS = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\0",
  ":",
  " ",
  "%",
  "5\r\nhello\r\n0\r\n\r\n",
  "HTTP/1.1",
];

/**
 * Sends one to three heads for each seed, mostly broken ones, over one connection, and ends its half of it.
 *
 * @throws {Error} If the server does not end its half as well, or answers a good request no more.
 */
export async function fuzzHeads(form: Form, seeds: Iterable<number>): Promise<void> {
  await using tree = await Tree.make({
    "files/a": "hello",
    "cgi/hello": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; exec cat\n",
  });
  await Deno.chmod(`${tree.root}/cgi/hello`, 0o755);
  const routes = [
    "/echo=echo",
    "/cat=process cat",
    `/files/*=static ${tree.root}/files`,
    `/cgi/*=cgi ${tree.root}/cgi`,
  ];
  await using server = await TestServer.start(routes.map((route) => `--route=${route}`), { form });
  for (const seed of seeds) {
    await sendHeads(seed, server.port);
    if (seed % 50 === 0) await sendHead(server.port);
  }
  await sendHead(server.port);
  assertEquals((await server.stop()).code, 0, server.stderr.all.join("\n"));
}

async function sendHeads(seed: number, port: number): Promise<void> {
  const random = numbers(seed);
  const heads = Array.from({ length: 1 + random(2) * random(3) }, () => head(random)).join(
    "",
  );
  const bytes = encoder.encode(heads);
  using wire = await Wire.connect({ port });
  if (await wire.offer(random(4) === 0 ? bytes : mutate(bytes, random, WORDS))) {
    await wire.conn.closeWrite().catch(() => {});
  }
  const answer = await wire.rest().catch((error) => {
    throw new Error(`Seed ${seed}: ${JSON.stringify(heads)}`, { cause: error });
  });
  assert(answer === "" || answer.startsWith("HTTP/1."), `seed ${seed}: ${answer}`);
}

/** Sends a head as it should be; fails where that is not answered. */
async function sendHead(port: number): Promise<void> {
  using wire = await Wire.connect({ port });
  await wire.write("GET /files/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const answer = await wire.rest();
  assertEquals([answer.slice(0, 15), answer.slice(-5)], ["HTTP/1.1 200 OK", "hello"]);
}

function head(random: Random): string {
  const lines = Array.from({ length: random(5) }, () => oneOf(random, HEADERS));
  if (random(3) === 0) lines.push(HEADERS[0] ?? "");
  const version = oneOf(random, ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", ""]);
  const first = `${oneOf(random, METHODS)} ${oneOf(random, TARGETS)} ${version}`;
  const body = random(3) === 0 ? oneOf(random, ["hello", "5\r\nhello\r\n0\r\n\r\n"]) : "";
  return `${[first, "Host: a", ...lines].join("\r\n")}\r\n\r\n${body}`;
}
