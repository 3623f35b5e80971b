import { assert, assertEquals, assertThrows } from "@std/assert";
import { EngineError } from "../../../../lib/base/errors.ts";
import type { Session } from "../../../../lib/contract.ts";
import { each, hasParts, PLAIN, Serving, WAYS } from "./ways.ts";

const MIB = 1024 * 1024;

const NODE = WAYS.filter(({ engine }) => engine === "node");

each("carries messages of every kind and size both ways, in order", async (way) => {
  await using serving = await Serving.start(way, (connection) => ({
    message(data) {
      connection.send(data);
      // It is nobody's any more.
      if (typeof data !== "string") data.fill(0);
    },
  }));
  const [peer] = await serving.open(way);
  using _peer = peer;
  const all = ["a", "", "€😀", Uint8Array.of(), Uint8Array.of(65, 66), "x".repeat(MIB - 64)];
  for (const data of all) await peer.client.send(data);
  const come = ["text:a", "text:", "text:€😀", "bytes:", "bytes:AB", `text:${MIB - 64} bytes`];
  assertEquals(await peer.some(6), come);
  assertEquals(serving.told, ["a", "", "€😀", "", "65,66", `${MIB - 64} long`]);
});

each("sends everything before its close, and nothing behind it", async (way) => {
  await using serving = await Serving.start(way, (connection) => ({
    message() {
      for (let count = 0; count < 8; count++) connection.send("x".repeat(MIB));
      connection.send("last");
      connection.close(4003, "done");
      connection.send("too late");
    },
  }));
  const [peer] = await serving.open(way);
  using _peer = peer;
  await peer.client.send("go");
  const large = Array(8).fill(`text:${MIB} bytes`);
  assertEquals(await peer.some(10), [...large, "text:last", "close:4003 done"]);
  await peer.client.close(4003);
  assertEquals((await serving.until(2))[1], "close 4003");
});

/** The end of a client, and what its connection is told of it. */
const ENDS: [what: string, end: number | "drops" | undefined, told: string][] = [
  ["a code", 3000, "close 3000"],
  ["no code", undefined, "close 1005"],
  ["no word", "drops", "close 1006"],
];
for (const [what, end, told] of ENDS) {
  // A session waits for who leaves without a word.
  const ways = WAYS.filter(({ at }) => end !== "drops" || !at?.endsWith("session"));
  each(
    `tells of the end of a client that leaves with ${what}, behind all that it has sent`,
    async (way) => {
      await using serving = await Serving.start(way, () => {});
      const [peer] = await serving.open(way);
      using _peer = peer;
      await peer.client.send("a");
      if (end === "drops") peer[Symbol.dispose]();
      else {
        await (end ? peer.client.close(end) : peer.client.frame(0x88, new Uint8Array()));
        assertEquals(await peer.next(), `close:${end ?? 1005}`);
      }
      assertEquals(await serving.until(2), ["a", told]);
    },
    ways,
  );
}

/** What a session answers to a client's close with 3000, and what the client gets then. */
const ANSWERS: [what: string, closing: NonNullable<Session["closing"]>, answer: string][] = [
  ["another code", (code, reason) => ({ code: code + 1, reason: `${reason} too` }), "3001 bye too"],
  ["nothing", () => {}, "3000 bye"],
];
for (const [what, closing, answer] of ANSWERS) {
  each(`answers a close with ${what}, behind the last words`, async (way) => {
    await using serving = await Serving.start(way, (connection) => ({
      closing(code, reason) {
        connection.send("last words");
        return closing(code, reason);
      },
    }));
    const [peer] = await serving.open(way);
    using _peer = peer;
    await peer.client.send("a");
    await peer.client.close(3000, "bye");
    assertEquals(await peer.some(3), ["text:last words", `close:${answer}`, "gone"]);
    assertEquals(await serving.until(2), ["a", "close 3000 bye"]);
  }, NODE);
}

each(
  "answers a close with what its handler closes with, also of a client that sends no more",
  async (way) => {
    await using serving = await Serving.start(way, (connection) => ({
      closing: () => connection.close(4001, "enough"),
    }));
    const [peer] = await serving.open(way);
    using _peer = peer;
    await peer.client.close(3000);
    await peer.client.end();
    assertEquals(await peer.some(2), ["close:4001 enough", "gone"]);
    assertEquals(await serving.until(1), ["close 3000"]);
  },
  NODE,
);

each(
  "sends the parts of a message as they come, and what is sent meanwhile behind it",
  async (way) => {
    const next = Promise.withResolvers<void>();
    await using serving = await Serving.start(way, () => {});
    const [peer, connection] = await serving.open(way);
    using _peer = peer;
    const isSent = connection.sendStream((async function* () {
      yield "one €";
      await next.promise;
      yield "two";
    })());
    connection.send("behind");
    if (hasParts(way)) {
      // The first is there before the second is made.
      assertEquals(await peer.next(), "text(one €");
      next.resolve();
      assertEquals(await peer.some(2), ["+two", ")"]);
    } else {
      next.resolve();
      assertEquals(await peer.next(), "text:one €two");
    }
    assertEquals(await peer.next(), "text:behind");
    assertEquals(await isSent, true);
  },
);

each("sends parts of any size, asking for no more than its client takes", async (way) => {
  await using serving = await Serving.start(way, () => {});
  const [peer, connection] = await serving.open(way);
  using _peer = peer;
  let made = 0;
  const isSent = connection.sendStream(function* () {
    for (; made < 15; made++) yield "€".repeat(MIB / 2);
  }());
  let [length, frame] = [0, ""];
  for (let isFirst = true; !frame.startsWith(")"); isFirst = false) {
    frame = await peer.next();
    length += Number(/\d+/.exec(frame)?.[0] ?? 0);
    if (isFirst && hasParts(way)) assert(made < 15, "All parts were made before any was read");
    if (frame.startsWith("text:")) break;
  }
  assertEquals([length, await isSent], [15 * MIB * 1.5, true]);
  connection.send("behind");
  assertEquals(await peer.next(), "text:behind");
}, WAYS.filter(hasParts));

each("breaks off a message in parts where its connection ends, and cancels them", async (way) => {
  const canceled = Promise.withResolvers<void>();
  await using serving = await Serving.start(way, () => ({
    // So the server ends it, whatever is under way.
    message: () => {
      throw new Error("It ends here");
    },
  }));
  const [peer, connection] = await serving.open(way);
  using _peer = peer;
  const isSent = connection.sendStream(
    new ReadableStream({
      start: (controller) => controller.enqueue("begun"),
      cancel: () => canceled.resolve(),
    }),
  );
  if (hasParts(way)) assertEquals(await peer.next(), "text(begun");
  await peer.client.send("end");
  assertEquals(await peer.next(), "close:1011 Internal error");
  assertEquals(await isSent, false);
  await canceled.promise;
});

each("pings with data, and tells of the pong", async (way) => {
  await using serving = await Serving.start(way, () => {});
  const [peer, connection] = await serving.open(way);
  using _peer = peer;
  if (way.engine === "native") {
    return void assertThrows(() => connection.ping("a"), EngineError, "the engine native");
  }
  const [one, two] = [connection.ping("one"), connection.ping(Uint8Array.of(0, 1))];
  assertEquals(await peer.some(2), ["ping:one", "ping:\0\x01"]);
  await peer.client.frame(0x8a, new TextEncoder().encode("one"));
  assertEquals(await one, new TextEncoder().encode("one"));
  peer[Symbol.dispose]();
  connection.close(1000);
  assertEquals(await two, undefined);
});

each("counts what a client does not take, until it has", async (way) => {
  await using serving = await Serving.start(way, () => {});
  const [peer, connection] = await serving.open(way);
  using _peer = peer;
  for (let count = 0; count < 20; count++) connection.send("x".repeat(MIB));
  assert(connection.bufferedAmount > 8 * MIB, `${connection.bufferedAmount} bytes wait`);
  const drained = connection.drained(0);
  assertEquals(await peer.some(20), Array(20).fill(`text:${MIB} bytes`));
  await drained;
  assertEquals(connection.bufferedAmount, 0);
}, PLAIN);

each(
  "holds back a client while it is paused, and loses nothing",
  async (way) => {
    await using serving = await Serving.start(way, (connection) => ({
      message: (data) => void (data === "pause" && connection.pause()),
    }));
    const [other] = await serving.open(way);
    using _other = other;
    const [peer, connection] = await serving.open(way);
    using _peer = peer;
    await peer.client.send("pause");
    await serving.until(1);
    for (let count = 0; count < 50; count++) await peer.client.send(`${count}`);
    // Until all of that is there.
    await other.client.send("other");
    assertEquals(await serving.until(2), ["pause", "other"]);
    connection.resume();
    const numbers = Array.from({ length: 50 }, (_, count) => `${count}`);
    assertEquals((await serving.until(52)).slice(2), numbers);
  },
  NODE,
);

each("refuses a message that is too large", async (way) => {
  await using serving = await Serving.start(way, () => {}, { maxFrameSize: 1000 });
  const [peer] = await serving.open(way);
  using _peer = peer;
  await peer.client.send("x".repeat(1001));
  assertEquals(await peer.next(), "close:1009 A message may have 1000 bytes");
  assertEquals(await serving.until(1), ["close 1009 A message may have 1000 bytes"]);
});

each("does not wait for ever for a client that answers no close", async (way) => {
  await using serving = await Serving.start(way, () => {}, { lingerMs: 100 });
  const [peer, connection] = await serving.open(way);
  using _peer = peer;
  connection.close(4000);
  assertEquals(await peer.some(2), ["close:4000", "gone"]);
  await serving.until(1);
}, PLAIN);
