import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { Batch } from "../../../lib/base/batch.ts";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { shareTurn } from "../../../lib/base/share_turn.ts";
import { NodeTransport } from "../../../lib/connection/transport/node_transport.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { frame } from "../../support/client.ts";
import { joined } from "./client_frames.ts";
import { Told, TransportPair } from "./transport_pair.ts";

const MIB = 1024 * 1024;
const NONE = new Uint8Array();

Deno.test("NodeTransport tells what comes, in its order, and how it ends", async () => {
  await using pair = await TransportPair.open();
  const { client, told } = pair;
  await client.bytes(joined(
    frame(0x81, new TextEncoder().encode("a")),
    frame(0x81, new TextEncoder().encode("b")),
    frame(0x82, Uint8Array.of(7)),
    frame(0x88, Uint8Array.of(3, 232, 98, 121, 101)),
  ));
  assertEquals(await client.next(), { kind: "close", code: 1000, reason: "bye" });
  assertEquals(await client.next(), { kind: "close", code: 1006, reason: "" });
  await told.until("closed 1000 bye");
  assertEquals(told.all, [
    ...["opened", "received a, b", "received 7"],
    ...["closing 1000 bye", "closed 1000 bye"],
  ]);
});

Deno.test("NodeTransport tells 1005 where the client gives no code", async () => {
  await using pair = await TransportPair.open();
  await pair.client.frame(0x88, NONE);
  await pair.told.until("closed 1005");
  assertEquals(await pair.client.next(), { kind: "close", code: 1005, reason: "" });
});

Deno.test("NodeTransport tells 1006 where the client hangs up without a close frame", async () => {
  await using pair = await TransportPair.open();
  pair.client[Symbol.dispose]();
  await pair.told.until("closed 1006");
  assertEquals(pair.told.all.filter((told) => told.startsWith("closed")), ["closed 1006"]);
});

Deno.test("NodeTransport sends in one write what is sent in one go", async () => {
  await using pair = await TransportPair.open();
  const { socket, transport, client } = pair;
  let writes = 0;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    writes++;
    return write(...args);
  };
  for (const text of ["a", "b", "c"]) transport.send(Batch.of(text));
  transport.close(4000, "enough");
  assertEquals(await client.rest(), { texts: ["a", "b", "c"], closed: "4000 enough" });
  assertEquals(writes, 1);
});

Deno.test("NodeTransport does not keep the buffer of a batch that is sent", async () => {
  await using pair = await TransportPair.open();
  const bytes = Uint8Array.of(1);
  pair.transport.send(Batch.of(bytes));
  bytes[0] = 2;
  assertEquals(await pair.client.next(), { kind: "binary", data: Uint8Array.of(1) });
});

Deno.test("NodeTransport counts what a client does not read, until it has", async () => {
  await using pair = await TransportPair.open();
  const { client, transport } = pair;
  const count = 32;
  for (let index = 0; index < count; index++) transport.send(Batch.of(new Uint8Array(MIB)));
  assert(transport.bufferedAmount >= count * MIB);
  let drained = false;
  const waiting = transport.drained(MIB).then(() => drained = true);
  // So much cannot be on its way, so that something has to wait.
  for (let index = 0; index < count; index++) {
    if (index === count / 4) assertEquals(drained, false);
    await client.next();
  }
  await waiting;
  await transport.drained(0);
  assertEquals(transport.bufferedAmount, 0);
});

Deno.test("NodeTransport lets go who waits when it closes", async () => {
  await using pair = await TransportPair.open();
  for (let index = 0; index < 32; index++) pair.transport.send(Batch.of(new Uint8Array(MIB)));
  let isWaiting = true;
  const waiting = pair.transport.drained(0).then(() => isWaiting = false);
  await nextTurn();
  assertEquals(isWaiting, true);
  pair.transport.close(1000, "");
  await waiting;
  await pair.transport.drained(0);
  // And not because the client was dropped.
  assertEquals(pair.told.all, ["opened"]);
});

Deno.test("NodeTransport sends everything before its close frame, and nothing behind it", async () => {
  await using pair = await TransportPair.open();
  const { client, transport, told } = pair;
  for (let index = 0; index < 10; index++) transport.send(Batch.of("x".repeat(MIB)));
  transport.close(1001, "");
  transport.close(4000, "too late");
  transport.send(Batch.of("too late"));
  const { texts, closed } = await client.rest();
  assertEquals([texts.length, closed], [10, "1001"]);
  await client.close(1001);
  await told.until("closed 1001");
});

Deno.test("NodeTransport drops a client that does not answer its close frame", async () => {
  await using pair = await TransportPair.open({ closeTimeout: 100 });
  pair.transport.close(1000, "");
  await pair.told.until("closed 1006");
  assertEquals(pair.socket.destroyed, true);
});

Deno.test("NodeTransport drops a client that does not read while it is closing, and says so", async () => {
  await using pair = await TransportPair.open({ closeTimeout: 100 });
  for (let index = 0; index < 32; index++) pair.transport.send(Batch.of(new Uint8Array(MIB)));
  pair.transport.close(1000, "");
  await pair.told.until("closed 1006");
  assert(/^lost \d+$/.test(pair.told.all.at(-2) ?? ""));
});

/**
 * Sends more than the system takes, closes, and lets time pass in which the client does not read. Whoever has
 * the same time limit has the same timer: it needs one of its own.
 */
async function closeBehind(
  pair: TransportPair,
  patience: number,
  until: (ms: number) => boolean,
): Promise<void> {
  for (let index = 0; index < 32; index++) pair.transport.send(Batch.of(new Uint8Array(MIB)));
  using timers = new FakeTimers();
  pair.transport.close(1000, "", patience);
  for (let ms = 0; !until(ms); ms += 5_000) await timers.pass(5_000);
}

Deno.test("NodeTransport keeps what waits for a client that pauses, however long", async () => {
  await using pair = await TransportPair.open({ closeTimeout: 61_000 });
  await closeBehind(pair, Infinity, (ms) => ms > 3_600_000);
  for (let count = 0; count < 32; count++) assertEquals((await pair.client.next()).kind, "binary");
  assertEquals(await pair.client.rest(), { texts: [], closed: "1000" });
});

Deno.test("NodeTransport says why it drops what waits for a client that pauses too long", async () => {
  await using pair = await TransportPair.open({ closeTimeout: 5_000 });
  await closeBehind(pair, 60_000, () => pair.told.all.some((told) => told.startsWith("lost")));
  const { closed } = await pair.client.rest();
  assertEquals(closed, "1013 Reads too slowly");
  assert(/^lost \d+$/.test(pair.told.all.at(-1) ?? ""), pair.told.all.at(-1));
});

Deno.test("NodeTransport drops a client for which a second close has less patience", async () => {
  await using pair = await TransportPair.open();
  for (let index = 0; index < 32; index++) pair.transport.send(Batch.of(new Uint8Array(MIB)));
  pair.transport.close(1000, "", Infinity);
  pair.transport.close(1001, "", 100);
  await pair.told.until("closed 1006");
});

Deno.test("NodeTransport finds out by pings that a client has left for which something waits", async () => {
  await using pair = await TransportPair.open({ pingMs: 50 });
  for (let index = 0; index < 32; index++) pair.transport.send(Batch.of(new Uint8Array(MIB)));
  pair.transport.close(1000, "", Infinity);
  await pair.told.until("closed 1006");
  assert(pair.told.all.some((told) => /^lost \d+$/.test(told)));
});

/** A pair whose server pings each second, of which none passes but those that the test has pass. */
async function openPinged(): Promise<{ pair: TransportPair; timers: FakeTimers }> {
  using timers = new FakeTimers();
  return { pair: await TransportPair.open({ pingMs: 1_000 }), timers };
}

Deno.test("NodeTransport takes nobody for silent who takes what waits", async () => {
  const { pair, timers } = await openPinged();
  await using _pair = pair;
  const { client, transport, told } = pair;
  // They are among what waits, and are not answered.
  for (let pings = 0; pings < 4 && told.all.length === 1;) {
    while (transport.bufferedAmount < 16 * MIB) transport.send(Batch.of(new Uint8Array(MIB)));
    const { writes } = transport;
    while (transport.writes === writes) if ((await client.next()).kind === "ping") pings++;
    await timers.pass(1_000);
  }
  assertEquals(told.all, ["opened"]);
});

Deno.test("NodeTransport answers every ping of a client that reads", async () => {
  await using pair = await TransportPair.open();
  for (let index = 0; index < 100; index++) {
    await pair.client.frame(0x89, Uint8Array.of(index));
    assertEquals(await pair.client.next(), { kind: "pong", data: Uint8Array.of(index) });
  }
});

Deno.test("NodeTransport keeps few answers to pings of a client that does not read", async () => {
  await using pair = await TransportPair.open();
  const { client, transport, told } = pair;
  const ping = (index: number) => {
    const payload = new Uint8Array(125);
    new DataView(payload.buffer).setUint32(0, index);
    return frame(0x89, payload);
  };
  const count = 200_000;
  for (let index = 0; index < count; index += 500) {
    await client.bytes(joined(...Array.from({ length: 500 }, (_, more) => ping(index + more))));
  }
  await client.send("after");
  await told.until("received after");
  assert(transport.bufferedAmount < MIB, `${transport.bufferedAmount} bytes wait`);
  transport.close(1000, "");
  let last = -1;
  let answers = 0;
  for (;;) {
    const received = await client.next();
    if (received.kind !== "pong") break;
    last = new DataView(received.data.buffer, received.data.byteOffset).getUint32(0);
    answers++;
  }
  assertEquals(last, count - 1);
  assert(answers < count);
});

Deno.test("NodeTransport drops a client that is silent for two pings", async () => {
  await using pair = await TransportPair.open({ pingMs: 50 });
  const { client, told } = pair;
  assertEquals((await client.next()).kind, "ping");
  assertEquals(await client.next(), { kind: "close", code: 1001, reason: "No answer to pings" });
  await told.until("closed 1006");
  assertEquals(told.all, ["opened", "end 1001 No answer to pings", "closed 1006"]);
});

Deno.test("NodeTransport never takes a client for silent that it holds back", async () => {
  const { pair, timers } = await openPinged();
  await using _pair = pair;
  const { client, transport, told } = pair;
  assertEquals(transport.pause(), true);
  for (let count = 0; count < 6; count++) {
    await timers.pass(1_000);
    assertEquals((await client.next()).kind, "ping");
    await client.frame(0x8a, NONE);
  }
  await client.send("here");
  transport.resume();
  // Before anything of that is read.
  await timers.pass(2_000);
  assertEquals(told.all, ["opened"]);
  await told.until("received here");
  assertEquals(told.all, ["opened", "received here"]);
});

Deno.test("NodeTransport holds a client back while it is paused, and loses nothing", async () => {
  await using pair = await TransportPair.open({ maxFrameSize: MIB }, (told, transport) => {
    if (told === "received 1048576 bytes") transport.pause();
  });
  const { client, transport, told } = pair;
  const count = 64;
  let sent = 0;
  const sending = (async () => {
    for (; sent < count; sent++) await client.send(new Uint8Array(MIB));
    await client.send("last");
  })();
  await told.until("received 1048576 bytes");
  // What has no room on the way stays with the client, however often this is asked.
  for (let pings = 0; pings < 5; pings++) {
    transport.send(Batch.of("still there"));
    await client.text();
  }
  assertEquals(told.bytes, MIB);
  assert(sent < count);
  while (!told.all.includes("received last")) {
    transport.resume();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sending;
  assertEquals(told.bytes, count * MIB + 4);
});

Deno.test("NodeTransport reads to its end what a client has sent that sends no more", async () => {
  for (const pauses of [true, false]) {
    await using pair = await TransportPair.open({}, (told, transport) => {
      if (pauses && told === "received 0") transport.pause();
      // Too slow to take it in one step.
      if (!pauses) work(1);
    });
    const { client, socket, told, transport } = pair;
    const ended = once(socket, "end");
    await client.bytes(joined(...alternating(50), frame(0x88, Uint8Array.of(3, 232))));
    await client.end();
    if (pauses) {
      await ended;
      assertEquals(told.all, ["opened", "received 0"]);
      transport.resume();
    }
    await told.until("closed 1000");
    assertEquals(told.all.filter((told) => told.startsWith("received")).length, 50);
  }
});

Deno.test("NodeTransport reads to its end what comes over a stream that ends on both sides at once", async () => {
  // As one of TLS does.
  const stream = new Duplex({
    allowHalfOpen: false,
    read() {},
    write: (_chunk, _encoding, done) => done(),
  });
  const transport = new NodeTransport(stream, { maxFrameSize: 1000, pingMs: 0 });
  const told = new Told(() => work(1));
  transport.listen(told, NONE);
  stream.push(joined(...alternating(50), frame(0x88, Uint8Array.of(3, 232))));
  stream.push(null);
  await told.until("closed 1000");
  assertEquals(told.all.filter((told) => told.startsWith("received")).length, 50);
  // The timer of a rest is nobody's after this.
  await shareTurn(performance.now());
});

Deno.test("NodeTransport keeps what came with the handshake while it is paused", async () => {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const transport = new NodeTransport(stream, { maxFrameSize: 1000, pingMs: 0 });
  const told = new Told((words) => words === "opened" && transport.pause());
  transport.listen(told, joined(frame(0x81, Uint8Array.of(97)), frame(0x88, NONE)));
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(told.all, ["opened"]);
  transport.resume();
  await told.until("received a");
  stream.push(null);
  await told.until("closed 1005");
  await shareTurn(performance.now());
});

Deno.test("NodeTransport lets all others have their turn before whoever has just worked", async () => {
  let worked = 0;
  await using busy = await TransportPair.open({}, (told) => {
    if (!told.startsWith("received")) return;
    worked++;
    // Alone more than there is for all in one turn.
    work(15);
  });
  await using other = await TransportPair.open({}, (told, transport) => {
    if (told.startsWith("received")) transport.send(Batch.of("yes"));
  });
  await busy.client.bytes(joined(...alternating(200)));
  for (let count = 0; count < 5; count++) {
    await other.client.send("there?");
    assertEquals(await other.client.text(), "yes");
  }
  assert(worked < 200);
});

Deno.test("NodeTransport finds out that a client has left while it is paused", async () => {
  for (const sent of [0, 8]) {
    await using pair = await TransportPair.open({ maxFrameSize: 0, pausedPingMs: 50 });
    const { client, transport, told } = pair;
    transport.pause();
    let full = false;
    // More than there is room for on the way, so that the end of the connection is behind it.
    const sending = client.bytes(new Uint8Array(sent * MIB)).catch(() => full = true);
    for (let pings = 0; pings < 2; pings++) assertEquals((await client.next()).kind, "ping");
    client[Symbol.dispose]();
    await told.until("closed 1006");
    await sending;
    assertEquals(full, sent > 0);
  }
});

Deno.test("NodeTransport reads the answer to its close frame also where it was paused", async () => {
  await using pair = await TransportPair.open();
  const { client, transport, told } = pair;
  transport.pause();
  transport.close(1000, "");
  assertEquals((await client.next()).kind, "close");
  await client.close(1000);
  await told.until("closed 1000");
});

/** What a client may not send, or what it is closed for, and what is told before it is. */
const REFUSED: [what: string, sent: Uint8Array, closed: string, told: string[]][] = [
  ["sends too much", frame(0x82, new Uint8Array(32 * MIB)), "1009 At most 1000 bytes", [
    "tooLarge",
  ]],
  ["sends nonsense", frame(0x83, new Uint8Array(MIB)), "1002 A frame has the opcode 3", [
    "failed: A frame has the opcode 3",
    "end 1002 A frame has the opcode 3",
  ]],
  ["says what is no text", frame(0x81, Uint8Array.of(255)), "1007 A text is no UTF-8", [
    "failed: A text is no UTF-8",
    "end 1007 A text is no UTF-8",
  ]],
  ["has had enough", frame(0x81, Uint8Array.of(97)), "4000 enough", ["received a"]],
];
for (const [what, sent, closed, told] of REFUSED) {
  Deno.test(`NodeTransport reads all of a client that ${what}, up to its close frame`, async () => {
    await using pair = await TransportPair.open({}, (words, transport) => {
      if (words === "tooLarge") transport.close(1009, "At most 1000 bytes");
      if (words === "received a") transport.close(4000, "enough");
    });
    const { client } = pair;
    await client.bytes(joined(sent, ...Array.from({ length: 99 }, () => frame(0x82, NONE))));
    assertEquals((await client.rest()).closed, closed);
    // It does not know that yet, and would lose the close frame if nobody took this.
    for (let index = 0; index < 16; index++) await client.send(new Uint8Array(MIB));
    assertEquals(pair.socket.writableEnded, false);
    await client.close(3000, "bye");
    assertEquals(await client.next(), { kind: "close", code: 1006, reason: "" });
    await pair.told.until("closed 3000 bye");
    assertEquals(pair.told.all, ["opened", ...told, "closed 3000 bye"]);
  });
}

Deno.test("NodeTransport refuses what a client may not send, and lets it go", async () => {
  await using pair = await TransportPair.open({ closeTimeout: 100 });
  const { client, told } = pair;
  await client.bytes(joined(frame(0x81, Uint8Array.of(97)), frame(0x83, NONE)));
  const reason = "A frame has the opcode 3";
  assertEquals(await client.next(), { kind: "close", code: 1002, reason });
  // It does not hang up; that does not keep the socket.
  await told.until("closed 1006");
  assertEquals(told.all, [
    "opened",
    "received a",
    `failed: ${reason}`,
    `end 1002 ${reason}`,
    "closed 1006",
  ]);
});

Deno.test("NodeTransport hangs up on a client whose close frame is itself a mistake", async () => {
  await using pair = await TransportPair.open();
  await pair.client.close(1006);
  assertEquals((await pair.client.rest()).closed, "1002 A close frame has the code 1006");
  assertEquals(await pair.client.next(), { kind: "close", code: 1006, reason: "" });
  await pair.told.until("closed 1006");
});

Deno.test("NodeTransport drops a client that sends without end what nobody reads", async () => {
  await using pair = await TransportPair.open();
  pair.transport.close(1000, "");
  const part = frame(0x82, new Uint8Array(8 * MIB));
  // Twice as much as is read for nothing.
  const sending = async () => {
    for (let count = 0; count < 64; count++) await pair.client.bytes(part);
  };
  await assertRejects(sending);
  await pair.told.until("closed 1006");
});

for (const [what, before] of [["a buffer of its own", 0], ["a part of a buffer", 100]] as const) {
  Deno.test(`NodeTransport ${before ? "leaves" : "lets go"} ${what} when it was read`, async () => {
    const message = frame(0x82, new Uint8Array(20_000).fill(7));
    const buffer = new ArrayBuffer(before + message.length);
    new Uint8Array(buffer).set(message, before);
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const told = new Told();
    const transport = new NodeTransport(stream, { maxFrameSize: 0, pingMs: 0 });
    transport.listen(told, new Uint8Array(0));
    stream.push(Buffer.from(buffer, before));
    await told.until("received 20000 bytes");
    assertEquals(buffer.detached, before === 0);
    stream.destroy();
    await told.until("closed 1006");
    await shareTurn(performance.now());
  });
}

Deno.test("NodeTransport lets go a buffer that it has read in two goes, because it was paused in between", async () => {
  const payload = new Uint8Array(10_000).fill(97);
  const { buffer } = new Uint8Array(joined(frame(0x81, payload), frame(0x82, payload)));
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const told = new Told((words) => words.startsWith("received") && transport.pause());
  const transport = new NodeTransport(stream, { maxFrameSize: 0, pingMs: 0 });
  transport.listen(told, NONE);
  stream.push(Buffer.from(buffer));
  await told.until("received 10000 bytes");
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals([told.bytes, buffer.detached], [10_000, false]);
  told.all.length = 0;
  transport.resume();
  await told.until("received 10000 bytes");
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals([told.bytes, buffer.detached], [20_000, true]);
  stream.destroy();
  await told.until("closed 1006");
  await shareTurn(performance.now());
});

/** Messages of which each is a batch of its own. */
function alternating(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    return frame(index % 2 ? 0x82 : 0x81, new TextEncoder().encode(`${index}`));
  });
}

function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}
