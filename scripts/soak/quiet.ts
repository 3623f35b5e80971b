import { assertEquals } from "@std/assert";
import { RawClient, type Received } from "../../tests/support/client.ts";
import { bytesFrom, oneOf, type Random } from "../../tests/support/numbers.ts";
import { Wire } from "../../tests/support/wire.ts";
import type { Site } from "./site.ts";
import type { Tally } from "./tally.ts";

/** One visit of a client that does nothing wrong: whatever it gets has to be right, and all of it. */
export type Visit = (site: Site, tally: Tally, random: Random) => Promise<void>;

// Milliseconds between two questions.
const PAUSE = 10;

/** Visits of all kinds, by name. */
export const VISITS: Readonly<Record<string, Visit>> = {
  echo: asking("/echo", (n) => `quiet ${n} é`),
  module: asking("/module", (n) => `quiet ${n}`),
  cat: asking("/cat", (n) => `quiet ${n}`),
  json: asking("/json", (n) => `{"n":${n}}`),
  "content-length": asking("/content-length", (n) => `quiet\n${n}`),
  length: asking("/length", (_, random) => bytesFrom(random, random(2_000))),
  tagged: asking("/tagged", (n) => `quiet ${n}`),
  events: asking("/events", (n) => `quiet ${n}`),
  numbers,
  streams,
  ticks,
  room,
  bytes: flowing("/binary"),
  tcp: flowing("/tcp"),
  http,
};

/** Says something, waits for the same, and says the next thing. */
function asking(path: string, next: (n: number, random: Random) => string | Uint8Array): Visit {
  return async (site, tally, random) => {
    using client = await RawClient.open(site.url(path));
    for (let n = 0, count = 20 + random(200); n < count && tally.goesOn; n++) {
      const said = next(n, random);
      await client.send(said);
      assertEquals(dataOf(await tally.wait(client.next())), said, `the answer to message ${n}`);
      await pause();
    }
    await leave(client);
  };
}

/** Sends bytes in messages of any size, and compares the same bytes wherever they are cut. */
function flowing(path: string): Visit {
  return async (site, tally, random) => {
    using client = await RawClient.open(site.url(path));
    for (let count = 5 + random(40); count > 0 && tally.goesOn; count--) {
      const said = bytesFrom(random, 1 + random(20_000));
      await client.send(said);
      for (let at = 0; at < said.length;) {
        const part = dataOf(await tally.wait(client.next()));
        assertEquals(part, said.subarray(at, at + part.length), `bytes from ${at} on`);
        at += part.length;
      }
      await pause();
    }
    await leave(client);
  };
}

/** Reads all that a program writes, and its end. */
async function numbers(site: Site, tally: Tally): Promise<void> {
  using client = await RawClient.open(site.url("/numbers"));
  for (let n = 1; n <= 500; n++) {
    assertEquals(dataOf(await tally.wait(client.next())), String(n));
  }
  await ends(client, 1000);
}

/** Reads a line of each stream, and the end. */
async function streams(site: Site, tally: Tally): Promise<void> {
  using client = await RawClient.open(site.url("/streams"));
  await client.send("said");
  const heard = [await tally.wait(client.next()), await tally.wait(client.next())].map(dataOf);
  assertEquals(heard.sort(), [
    '{"stream":"stderr","data":"said"}',
    '{"stream":"stdout","data":"said"}',
  ]);
  await ends(client, 1000);
}

/** Two clients of one program: both get every line, from wherever they came in. */
async function ticks(site: Site, tally: Tally, random: Random): Promise<void> {
  using one = await RawClient.open(site.url("/ticks"));
  using other = await RawClient.open(site.url("/ticks"));
  for (const client of [one, other]) {
    const first = Number(dataOf(await client.next()));
    for (let n = first + 1, end = first + 6 + random(20); n < end; n++) {
      assertEquals(dataOf(await client.next()), String(n));
      tally.checked++;
    }
  }
  await leave(one);
  await leave(other);
}

/** Members of one room, who all get the same in the same order; one who comes late gets the last ten. */
async function room(site: Site, tally: Tally, random: Random): Promise<void> {
  const url = site.url(`/room/${crypto.randomUUID()}`);
  using stack = new DisposableStack();
  const members: RawClient[] = [];
  for (let count = 3; count > 0; count--) members.push(stack.use(await RawClient.open(url)));
  const said: string[] = [];
  for (let n = 0, count = 10 + random(50); n < count && tally.goesOn; n++) {
    said.push(`${n}`);
    await oneOf(random, members).send(`${n}`);
    for (const member of members) assertEquals(dataOf(await tally.wait(member.next())), `${n}`);
    await pause();
  }
  const late = stack.use(await RawClient.open(url));
  for (const n of said.slice(-10)) assertEquals(dataOf(await tally.wait(late.next())), n);
  for (const member of [...members, late]) await leave(member);
}

/** A file, and a script that sends back its body. */
async function http(site: Site, tally: Tally, random: Random): Promise<void> {
  const body = "x".repeat(random(10_000));
  const requests = [
    ["GET /files/a HTTP/1.1\r\n", "a file"],
    [`POST /cgi/cat HTTP/1.1\r\nContent-Length: ${body.length}\r\n`, body],
  ];
  for (const [head, expected = ""] of requests) {
    using wire = await Wire.connect(site.server);
    await wire.write(`${head}Host: a\r\nConnection: close\r\n\r\n${head?.[0] === "P" ? body : ""}`);
    const answer = await tally.wait(wire.rest(120_000));
    assertEquals(answer.slice(0, 15), "HTTP/1.1 200 OK");
    assertEquals(bodyOf(answer), expected);
  }
  await pause();
}

/** The body of an answer in ASCII. */
function bodyOf(answer: string): string {
  const start = answer.indexOf("\r\n\r\n") + 4;
  if (!/^transfer-encoding: chunked\r$/im.test(answer.slice(0, start))) return answer.slice(start);
  let body = "";
  for (let at = start;;) {
    const line = answer.indexOf("\r\n", at);
    const size = parseInt(answer.slice(at, line), 16);
    if (!(size > 0)) return body;
    body += answer.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

/** The data of a message; fails where it is none. */
function dataOf(received: Received): string | Uint8Array {
  if (received.kind === "text" || received.kind === "binary") return received.data;
  throw new Error(`No message, but ${JSON.stringify(received)}`);
}

/** Closes, and expects to be answered so. */
async function leave(client: RawClient): Promise<void> {
  await client.close(1000);
  for (;;) {
    const received = await client.next();
    if (received.kind !== "close") continue;
    return assertEquals(received.code, 1000, "the answer to a close frame");
  }
}

/** Expects to be closed with a code, and answers that. */
async function ends(client: RawClient, code: number): Promise<void> {
  const received = await client.next();
  assertEquals(received.kind === "close" ? received.code : received, code, "the end");
  await client.close(code).catch(() => {});
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}
