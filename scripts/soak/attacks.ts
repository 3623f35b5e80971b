import { assert, assertEquals } from "@std/assert";
import { Flood } from "../../tests/abuse/flood.ts";
import { conversation } from "../../tests/connection/transport/conversation.ts";
import { frame, RawClient, type Received } from "../../tests/support/client.ts";
import { mutate } from "../../tests/support/mutate.ts";
import { bytesFrom, oneOf, type Random } from "../../tests/support/numbers.ts";
import { Wire } from "../../tests/support/wire.ts";
import type { Site } from "./site.ts";
import type { Tally } from "./tally.ts";

/** Something that a client does to the server. It fails where what it gets for that is wrong. */
export type Attack = (site: Site, random: Random, tally: Tally) => Promise<void>;

const UPGRADE = "GET /cat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

const GET = "GET /files/a HTTP/1.1\r\nHost: a\r\n";

/** Frames that nobody may send, and the code with which they are answered. */
const BAD_FRAMES: readonly (readonly [bytes: Uint8Array, code: number])[] = [
  [frame(0x83, new Uint8Array(1)), 1002],
  [frame(0xc1, new Uint8Array(1)), 1002],
  [frame(0x80, new Uint8Array(1)), 1002],
  [frame(0x09, new Uint8Array(1)), 1002],
  [frame(0x88, new Uint8Array(1)), 1002],
  [frame(0x88, Uint8Array.of(3, 237)), 1002],
  [frame(0x81, Uint8Array.of(0xff)), 1007],
];

const EMPTY = frame(0x81, new Uint8Array(0));

/** All of them, by name; how often each comes up is random. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  async "breaks off a handshake"(site, random, tally) {
    for (let count = 1 + random(10); count > 0; count--) {
      using wire = await Wire.connect(site.server);
      // Whoever has not read what has come resets the connection.
      await wire.offer(random(2) ? UPGRADE : UPGRADE.slice(0, random(UPGRADE.length)));
      tally.brokenRequests++;
      await during(random(10));
    }
  },
  async "drops a connection in a stream"(site, random) {
    const path = oneOf(random, ["/many", "/bad/flood", "/burst", "/echo", "/ticks", "/room/noise"]);
    using client = await RawClient.open(site.url(path));
    await client.flood(random(20), () => "a".repeat(random(1_000)));
    await during(random(200));
  },
  async "sends half a frame"(site, random) {
    using client = await RawClient.open(site.url(oneOf(random, ["/echo", "/cat", "/module"])));
    const whole = frame(0x81, bytesFrom(random, 1 + random(70_000)));
    await client.bytes(whole.subarray(0, 1 + random(whole.length - 1)));
    await during(random(500));
  },
  async "sends a bad frame"(site, random) {
    using client = await RawClient.open(site.url(oneOf(random, ["/echo", "/cat", "/room/noise"])));
    const [bytes, code] = oneOf(random, BAD_FRAMES);
    await client.bytes(bytes);
    await isClosed(client, site, code);
  },
  async "sends broken frames"(site, random) {
    using client = await RawClient.open(site.url(oneOf(random, ["/echo", "/cat", "/room/noise"])));
    await client.bytes(mutate(conversation(random).sent, random)).catch(() => {});
    await during(random(100));
  },
  async "sends a message that is too large"(site) {
    using client = await RawClient.open(site.url("/small"));
    await client.send("x".repeat(1_001));
    await isClosed(client, site, 1009);
  },
  async "floods with small frames"(site, random) {
    const url = site.url(oneOf(random, ["/echo", "/cat", "/module", "/tcp", "/room/noise"]));
    const bytes = oneOf(random, [
      EMPTY,
      frame(0x81, new Uint8Array(1)),
      frame(0x82, new Uint8Array(100)),
    ]);
    await using _flood = await Flood.start(url, bytes, {
      rate: 1_000_000 * (1 + random(8)),
      reads: random(3) > 0,
    });
    await during(500 + random(1_000));
  },
  async "floods with pings"(site, random) {
    using client = await RawClient.open(site.url("/echo"));
    const ping = frame(0x89, bytesFrom(random, random(126)));
    for (let count = random(200); count > 0; count--) await client.bytes(ping).catch(() => {});
    await during(random(100));
  },
  async "reads slowly, and then all of it"(site, random, tally) {
    using client = await RawClient.open(site.url("/many"));
    await during(random(2_000));
    for (let n = 1; n <= 100_000; n++) assertEquals(textOf(await client.next()), String(n));
    tally.checked += 100_000;
    await isClosed(client, site, 1000);
  },
  async "does not read"(site, random) {
    const path = oneOf(random, [
      "/bad/flood",
      "/bad/flood_empty",
      "/burst",
      "/ticks",
      "/room/noise",
    ]);
    using client = await RawClient.open(site.url(path));
    await during(random(3_000));
    await client.bytes(EMPTY).catch(() => {});
  },
  async "does not answer a close frame"(site, random) {
    using client = await RawClient.open(site.url("/bad/says_once"));
    assertEquals(textOf(await client.next()), "once");
    const received = await client.next();
    assert(received.kind === "close" && received.code === 1000, JSON.stringify(received));
    await during(random(4_000));
  },
  async "goes on after its close frame"(site, random) {
    using client = await RawClient.open(site.url(oneOf(random, ["/echo", "/cat", "/tcp"])));
    await client.close(oneOf(random, [1000, 1001, 3000, 4999]));
    await client.flood(random(20), () => "more");
    await during(random(100));
  },
  async "pipelines requests"(site, random, tally) {
    using wire = await Wire.connect(site.server);
    const count = 1 + random(50);
    await wire.write(`${GET}\r\n`.repeat(count) + `${GET}Connection: close\r\n\r\n`);
    const answers = (await wire.rest(120_000)).split("a file").length - 1;
    assertEquals(answers, count + 1, "answers to pipelined requests");
    tally.checked += answers;
  },
  async "pipelines requests and leaves"(site, random) {
    using wire = await Wire.connect(site.server);
    const requests = [`${GET}\r\n`, "GET /cgi/flood HTTP/1.1\r\nHost: a\r\n\r\n", UPGRADE];
    await wire.offer(Array.from({ length: random(30) }, () => oneOf(random, requests)).join(""));
    await during(random(300));
  },
  async "sends a slow head"(site, random) {
    using wire = await Wire.connect(site.server);
    for (const part of `${GET}Connection: close\r\n\r\n`) {
      await wire.write(part);
      await during(random(20));
    }
    if (random(2)) assert((await wire.rest()).endsWith("a file"), "the answer to a slow head");
  },
  async "sends a broken head"(site, random) {
    using wire = await Wire.connect(site.server);
    const head = new TextEncoder().encode(oneOf(random, [UPGRADE, `${GET}\r\n`]));
    await wire.offer(mutate(head, random, ["\r\n", "\0", ":", "\n"]));
    await during(random(100));
  },
  async "leaves a script"(site, random, tally) {
    using wire = await Wire.connect(site.server);
    tally.brokenRequests++;
    const path = oneOf(random, ["/cgi/flood", "/cgi/hangs", "/cgi/cat", "/cgi/nonsense"]);
    await wire.offer(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf`);
    await during(random(500));
  },
  async "has the routes read again"(site, random) {
    await site.reload();
    await during(random(200));
  },
  async "leaves a program that floods its errors"(site, random) {
    using _client = await RawClient.open(site.url("/bad/flood_errors"));
    await during(random(500));
  },
  async "leaves a program that does not want to end"(site, random) {
    const path = oneOf(random, ["/bad/ignores", "/bad/forks", "/bad/deaf", "/bad/silent"]);
    using client = await RawClient.open(site.url(path));
    await during(random(300));
    if (random(2)) await client.close().catch(() => {});
  },
  async "sees a program out that leaves others behind"(site) {
    using client = await RawClient.open(site.url("/bad/leaves"));
    assertEquals(textOf(await client.next()), "left");
    await isClosed(client, site, 1000);
  },
  async "sees a program fail"(site) {
    using client = await RawClient.open(site.url("/bad/fails"));
    await isClosed(client, site, 4003);
  },
  async "sees a program that is killed"(site) {
    using client = await RawClient.open(site.url("/bad/kills"));
    assertEquals(textOf(await client.next()), "dying");
    await isClosed(client, site, 4137);
  },
  async "talks to a program that does not listen"(site, random) {
    using client = await RawClient.open(site.url("/bad/closes"));
    await client.flood(random(20), () => "said");
    assertEquals(textOf(await client.next()), "bye");
    await isClosed(client, site, 1000);
  },
  async "talks to a program that does not read"(site, random) {
    using client = await RawClient.open(site.url("/bad/deaf"));
    // More than a pipe holds, and less than what may wait.
    await client.flood(random(20), () => "x".repeat(50_000));
    await during(random(500));
  },
  async "makes a module throw"(site) {
    using client = await RawClient.open(site.url("/module"));
    await client.send("throw");
    await isClosed(client, site, 1011);
  },
  async "asks for what is not there"(site, random) {
    const [path, status] = oneOf(
      random,
      [["/none", 404], ["/bad/none", 404], ["/nobody", 502]] as const,
    );
    using client = await RawClient.request(site.url(path));
    assertEquals(client.answer.status, status);
  },
  async "makes noise in a room"(site, random) {
    using stack = new DisposableStack();
    for (let count = 1 + random(10); count > 0; count--) {
      const client = stack.use(await RawClient.open(site.url("/room/noise")));
      await client.flood(random(100), () => "x".repeat(random(2_000)));
    }
    await during(random(300));
  },
  async "answers no ping"(site, random) {
    using _client = await RawClient.open(site.url("/pinged"));
    await during(random(3_000));
  },
};

/** Reads up to the end, which has to have a code. On `native` the runtime drops some without a close frame. */
async function isClosed(client: RawClient, site: Site, code: number): Promise<void> {
  for (;;) {
    const received = await client.next();
    if (received.kind !== "close") continue;
    const isDropped = site.engine === "native" && received.code === 1006 && code !== 1000;
    if (!isDropped) assertEquals(received.code, code, `the close code, with "${received.reason}"`);
    return void await client.close(code).catch(() => {});
  }
}

function textOf(received: Received): string {
  if (received.kind === "text") return received.data;
  throw new Error(`No text, but ${JSON.stringify(received)}`);
}

function during(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
