import { assertEquals, assertThrows } from "@std/assert";
import type { Batch, Message } from "../../lib/base/batch.ts";
import { nextTurn } from "../../lib/base/next_turn.ts";
import type { Parts } from "../../lib/contract.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";
import { FakeTransport } from "./fake_transport.ts";
import { opened } from "./opening.ts";

/** A transport with fragments: `text(a`, `+b`, `)`. */
class FragmentTransport extends FakeTransport {
  sendPart(part: Batch, at: "first" | "middle" | "last"): void {
    const data = new TextDecoder().decode(part.bytesAt(0));
    const shown = at === "first"
      ? `${part.binary ? "bytes" : "text"}(${data}`
      : at === "middle"
      ? `+${data}`
      : ")";
    this.sent.push(shown);
    if (this.waits) this.bufferedAmount += part.length;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Parts that a test writes one by one. */
function written() {
  const canceled = Promise.withResolvers<void>();
  const { readable, writable } = new TransformStream<Message, Message>();
  const writer = writable.getWriter();
  writer.closed.catch(() => canceled.resolve());
  return { readable, writer, canceled: canceled.promise };
}

/** What is sent as parts, in which form, and what leaves. */
const MESSAGES: [what: string, parts: () => Parts, sent: Message[], whole: Message][] = [
  ["an array", () => ["a", "b"], ["text(a", "+b", ")"], "ab"],
  ["a stream", () => ReadableStream.from(["a", "b"]), ["text(a", "+b", ")"], "ab"],
  [
    "a generator",
    async function* () {
      yield "a";
      await null;
      yield "b";
    },
    ["text(a", "+b", ")"],
    "ab",
  ],
  ["bytes", () => [bytes("a"), bytes("b")], ["bytes(a", "+b", ")"], bytes("ab")],
  ["empty parts", () => ["", "a", "", "b", ""], ["text(a", "+b", ")"], "ab"],
  ["no parts", () => [], [""], ""],
  ["empty bytes", () => [bytes("")], [bytes("")], bytes("")],
  ["a character in two parts", () => ["x\ud83d", "\ude00y"], ["text(x", "+😀y", ")"], "x😀y"],
  ["half a character", () => ["x\ud83d"], ["text(x", "+\ufffd", ")"], "x\ufffd"],
];
for (const [what, parts, sent, whole] of MESSAGES) {
  Deno.test(`Connection.sendStream() sends ${what} as fragments, or as one message`, async () => {
    for (const socket of [new FragmentTransport(), new FakeTransport()]) {
      const { connection } = opened(() => {}, { socket });
      assertEquals(await connection.sendStream(parts()), true);
      assertEquals(socket.sent, socket instanceof FragmentTransport ? sent : [whole]);
    }
  });
}

Deno.test("Connection.sendStream() has its turn, and everything else behind it", async () => {
  const socket = new FragmentTransport();
  const { connection } = opened(() => {}, { socket });
  const first = written();
  connection.send("before");
  const sending = connection.sendStream(first.readable);
  connection.send("between");
  const second = connection.sendStream(["c", "d"]);
  const reused = bytes("1");
  connection.send(reused);
  reused[0] = 0;
  await first.writer.write("a");
  await first.writer.write("b");
  assertEquals(connection.bufferedAmount > 0, true);
  await first.writer.close();
  assertEquals([await sending, await second], [true, true]);
  connection.send("after");
  await settle();
  assertEquals(socket.sent.map((it) => typeof it === "string" ? it : `[${it}]`), [
    ...["before", "text(a", "+b", ")"],
    ...["between", "text(c", "+d", ")", "[49]", "after"],
  ]);
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("Connection.sendStream() asks for more when the client has taken what was sent", async () => {
  const socket = new FragmentTransport();
  socket.waits = true;
  const { connection } = opened(() => {}, { socket });
  let asked = 0;
  const sending = connection.sendStream(function* () {
    for (; asked < 3; asked++) yield "x";
  }());
  for (let count = 1; count <= 3; count++) {
    while (socket.bufferedAmount === 0) await null;
    for (let turn = 0; turn < 100; turn++) await null;
    assertEquals(socket.sent.length, count);
    socket.drain();
  }
  assertEquals(await sending, true);
});

Deno.test("Connection.close() waits for a message in parts, and for what is behind it", async () => {
  const socket = new FragmentTransport();
  const { connection } = opened(() => {}, { socket });
  const { readable, writer } = written();
  connection.sendStream(readable);
  connection.send("behind");
  connection.close(4000, "done");
  connection.send("too late");
  await writer.write("a");
  assertEquals(socket.closed, []);
  await writer.close();
  while (socket.closed.length === 0) await nextTurn();
  assertEquals([socket.sent, socket.closed], [["text(a", ")", "behind"], ["4000 done"]]);
});

// What lets a client keep a close waiting that comes behind a message in parts, until 9 s have passed.
const PATIENCE = 4_560;
const WAITS: [
  what: string,
  waiting: number,
  unsent: number | undefined,
  read: number,
  closed: string[],
][] = [
  ["takes nothing", 9, undefined, 0, ["4000"]],
  ["takes nothing of what the system has", 0, 9, 0, ["4000"]],
  ["takes some", 100, undefined, 1, []],
  ["takes some of what the system has", 9, 100, 1, []],
  ["has all, and parts do not come", 0, 0, 0, []],
];
for (const [what, waiting, unsent, read, closed] of WAITS) {
  Deno.test(`Connection.close() waits ${closed.length ? "no longer than it may" : "on"} where a client ${what} of a message in parts`, async () => {
    using timers = new FakeTimers();
    const socket = new FragmentTransport();
    const held: { unsent: number | undefined } = Object.assign(socket, { unsent });
    const { connection } = opened(() => {}, { socket, lingerMs: PATIENCE });
    const { readable, writer } = written();
    let sent: boolean | undefined;
    connection.sendStream(readable).then((whole) => sent = whole);
    connection.close(4000);
    writer.write("a").catch(() => {});
    await settle();
    socket.bufferedAmount = waiting;
    for (let second = 0; second < 9; second++) {
      await timers.pass(1_000);
      if (held.unsent) held.unsent -= read;
      else socket.bufferedAmount -= read;
    }
    assertEquals([socket.closed, sent], [closed, closed.length ? false : undefined]);
    connection.closed(1006, "");
    await settle();
    assertEquals([sent, timers.pending], [false, 0]);
  });
}

/** What ends a connection while a message in parts is under way. */
const ENDS: [what: string, end: (opening: ReturnType<typeof opened>) => void, closed: string[]][] =
  [
    ["the server ends it", ({ connection }) => connection.end(1001, "bye"), ["1001 bye"]],
    ["the server ends it that is closing", ({ connection }) => {
      connection.close(4000);
      connection.end(1001, "bye");
    }, ["1001 bye"]],
    ["the client closes", ({ connection }) => connection.closing(1000, ""), []],
    ["it is gone", ({ connection }) => connection.closed(1006, ""), []],
    ["a message is too large", ({ connection }) => connection.tooLarge(), [
      "1009 A message may have 10 bytes",
    ]],
  ];
for (const [what, end, closed] of ENDS) {
  Deno.test(`Connection.sendStream() is broken off, and its source canceled, when ${what}`, async () => {
    const socket = new FragmentTransport();
    const opening = opened(() => {}, { socket });
    const { connection } = opening;
    const { readable, writer, canceled } = written();
    const sending = connection.sendStream(readable);
    const next = connection.sendStream(["next"]);
    connection.send("behind");
    await writer.write("a");
    end(opening);
    assertEquals([await sending, await next], [false, false]);
    await canceled;
    connection.send("too late");
    assertEquals([socket.sent, socket.closed], [["text(a"], closed]);
    assertEquals(await connection.sendStream(["too late"]), false);
    connection.closed(1000, "");
  });
}

/** Parts that are none, and how the connection ends. */
const FAILURES: [what: string, parts: () => Parts, closed: string, whole?: true][] = [
  ["fail", function* () {
    yield "a";
    throw new Error("no more");
  }, "1011 Internal error"],
  ["are of two kinds", () => ["a", bytes("b")], "1011 Internal error"],
  ["are no parts", () => [1] as unknown as string[], "1011 Internal error"],
  [
    "are too many to gather",
    () => Array.from({ length: 17 }, () => new Uint8Array(1024 * 1024)),
    "1009 A message in parts has more than 16777216 bytes",
    true,
  ],
];
for (const [what, parts, closed, whole] of FAILURES) {
  Deno.test(`Connection.sendStream() ends the connection where its parts ${what}`, async () => {
    const socket = whole ? new FakeTransport() : new FragmentTransport();
    const { connection } = opened(() => {}, { socket });
    assertEquals(await connection.sendStream(parts()), false);
    assertEquals(socket.closed, [closed]);
  });
}

Deno.test("Connection.sendStream() throws where it cannot begin, and others go on", async () => {
  const socket = new FragmentTransport();
  const { connection } = opened(() => {}, { socket });
  const locked = ReadableStream.from(["a"]);
  locked.getReader();
  assertThrows(() => connection.sendStream(locked), TypeError);
  assertThrows(() => connection.sendStream(1 as unknown as Parts), TypeError);
  connection.send("on");
  assertEquals(await connection.sendStream(["a"]), true);
  assertEquals(socket.sent, ["on", "text(a", ")"]);
});

Deno.test("Connection.sendStream() sends nothing where the connection is closed, and cancels", async () => {
  const { connection, socket } = opened();
  connection.close();
  const { readable, canceled } = written();
  assertEquals(await connection.sendStream(readable), false);
  await canceled;
  assertEquals(socket.sent, []);
});

Deno.test("Connection.sendStream() has the log say where its parts cannot be cancelled", async () => {
  using log = new CapturedLog("error");
  const { connection } = opened(() => {}, { socket: new FragmentTransport() });
  const parts = new ReadableStream<Message>({
    start: (controller) => controller.enqueue("a"),
    cancel() {
      throw new Error("it does not end");
    },
  });
  const sending = connection.sendStream(parts);
  await settle();
  connection.closed(1006, "");
  assertEquals(await sending, false);
  await settle();
  assertEquals(log.messages, ["ERROR session: The handler failed: it does not end"]);
});
