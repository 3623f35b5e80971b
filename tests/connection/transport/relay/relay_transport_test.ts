import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { RELAY_WINDOW } from "../../../../lib/connection/transport/relay/relay_end.ts";
import { Told } from "../transport_pair.ts";
import { Relayed, Wire } from "./relayed.ts";

for (const asks of [true, false]) {
  Deno.test(`RelayTransport tells what the client's transport is told, in order, where it asks: ${asks}`, async () => {
    const wire = new Wire();
    const told = new Told();
    const { relaying } = await Relayed.open(wire, told, { asks });
    relaying.received(Batch.of("one"));
    relaying.received(Batch.of("two €"));
    relaying.received(Batch.of(Uint8Array.of(1, 2)));
    relaying.closing(3000, "bye");
    relaying.closed(3000, "bye");
    await wire.settle();
    const expected = ["received one", "received two €", "received 1,2", "closing 3000 bye"];
    assertEquals(told.all, ["opened", ...expected, "closed 3000 bye"]);
    assertEquals([wire.front.size, wire.back.size, wire.errors], [0, 0, []]);
  });

  Deno.test(`RelayTransport passes on nothing while it is paused, and the client is held back, where it asks: ${asks}`, async () => {
    const wire = new Wire();
    const told = new Told();
    const { relaying, relay, transport } = await Relayed.open(wire, told, { asks });
    relay?.pause();
    const large = "x".repeat(RELAY_WINDOW / 4);
    for (let count = 0; count < 4; count++) relaying.received(Batch.of(large));
    await wire.settle();
    assertEquals([told.all, transport.told], [["opened"], ["pause"]]);
    relay?.resume();
    await wire.settle();
    assertEquals(told.bytes, RELAY_WINDOW);
    assertEquals(transport.told, ["pause", "resume"]);
    relaying.closed(1006, "");
    await wire.settle();
  });
}

Deno.test("Relaying gives its place back where the client has left before it was open", async () => {
  const wire = new Wire();
  const told = new Told();
  const relayed = await Relayed.open(wire, told, { opens: false });
  relayed.relaying.closed(1006, "");
  await wire.settle();
  assertEquals([relayed.abandoned, relayed.left], [1, 0]);
  assertEquals(told.all, ["closed 1006"]);
  assertEquals([wire.front.size, wire.back.size, wire.errors], [0, 0, []]);
});

Deno.test("RelayTransport counts what the client has not taken, and keeps what is beyond the window", async () => {
  const wire = new Wire();
  const { relaying, relay, transport } = await Relayed.open(wire, new Told());
  assert(relay);
  transport.waits = true;
  const large = "x".repeat(RELAY_WINDOW / 2);
  for (let count = 0; count < 4; count++) relay.send(Batch.of(large));
  const drained = relay.drained(0);
  await wire.settle();
  // The last one of the window goes in any case.
  assertEquals(transport.sent.length, 2);
  assert(relay.bufferedAmount > 2 * RELAY_WINDOW);
  transport.drain();
  await wire.settle();
  transport.drain();
  await wire.settle();
  await drained;
  assertEquals([transport.sent.length, relay.bufferedAmount], [4, 0]);
  relaying.closed(1006, "");
  await wire.settle();
});

Deno.test("RelayTransport keeps everything while the way to the other server is full", async () => {
  const wire = new Wire();
  const { relaying, relay, transport } = await Relayed.open(wire, new Told());
  wire.isFull = true;
  relay?.send(Batch.of("one"));
  await wire.settle();
  assertEquals(transport.sent, []);
  wire.isFull = false;
  wire.back.goOn();
  await wire.settle();
  assertEquals(transport.sent, ["one"]);
  relaying.closed(1006, "");
  await wire.settle();
});

Deno.test("RelayTransport sends one batch for many clients across once", async () => {
  const wire = new Wire();
  const clients = [];
  for (let count = 0; count < 10; count++) clients.push(await Relayed.open(wire, new Told()));
  const before = wire.frames.length;
  const batch = Batch.of("to all".repeat(1000)).marked({ log: "abc", number: 7 });
  for (const { relay } of clients) relay?.send(batch);
  await wire.settle();
  // One for the messages, and one that says that they were taken.
  const frames = wire.frames.slice(before);
  assertEquals(frames.length, 2);
  assert(frames.reduce((sum, frame) => sum + frame.length, 0) < 7000);
  assertEquals(clients.map(({ transport }) => transport.sent.length), Array(10).fill(1));
  for (const { relaying } of clients) relaying.closed(1006, "");
  await wire.settle();
});

Deno.test("RelayTransport closes the client after everything that was sent to it", async () => {
  const wire = new Wire();
  const told = new Told();
  const { relaying, relay, transport } = await Relayed.open(wire, told);
  relay?.send(Batch.of("last"));
  relay?.close(4003, "exit status 3", Infinity);
  relay?.send(Batch.of("too late"));
  await wire.settle();
  assertEquals([transport.sent, transport.closed], [["last"], ["4003 exit status 3"]]);
  assertEquals(transport.patience, [Infinity]);
  relaying.closed(4003, "");
  await wire.settle();
  assertEquals(told.all, ["opened", "closed 4003"]);
});

Deno.test("RelayTransport pings the client where its transport does", async () => {
  const wire = new Wire();
  const plain = await Relayed.open(wire, new Told());
  assertEquals(plain.relay?.ping, undefined);
  const pings = await Relayed.open(wire, new Told(), { pings: true });
  const pong = pings.relay?.ping?.(Uint8Array.of(7));
  await wire.settle();
  assertEquals(await pong, Uint8Array.of(7));
  const never = pings.relay?.ping?.(Uint8Array.of(8));
  for (const { relaying } of [plain, pings]) relaying.closed(1006, "");
  await wire.settle();
  assertEquals(await never, undefined);
});

Deno.test("Relaying gives another server what the first one was not granted, and says what that may have used", async () => {
  const wire = new Wire();
  const [first, second] = [new Told(), new Told()];
  const relayed = await Relayed.open(wire, first, { isLasting: true });
  const { relaying, relay } = relayed;
  relaying.received(Batch.of("used"));
  await wire.settle();
  // It is granted one of two, and does not say that nobody has to keep it.
  relay?.pause();
  relaying.received(Batch.of("kept"));
  await wire.settle();
  assertEquals(first.all, ["opened", "received used"]);
  relayed.serveBy(wire, second);
  wire.front.broke("It has left");
  wire.back.broke("It has left");
  relaying.received(Batch.of("new"));
  await relayed.again(wire);
  assertEquals(second.all, ["opened", "received kept, new"]);
  assertEquals([first.all.at(-1), relayed.lost, relayed.transport.closed], ["closed 1006", 0, []]);
  relaying.closed(1000, "");
  await wire.settle();
  assertEquals([second.all.at(-1), relayed.left], ["closed 1000", 1]);
});

Deno.test("Relaying counts what was granted and is not known to be taken as lost", async () => {
  const wire = new Wire();
  const second = new Told();
  const pausing: Told = new Told((told) => {
    if (told.startsWith("received")) relayed.relay?.pause();
  });
  const relayed = await Relayed.open(wire, pausing, { isLasting: true });
  const { relaying } = relayed;
  for (const text of ["1", "2", "3"]) relaying.received(Batch.of(text));
  await wire.settle();
  assertEquals(pausing.all, ["opened", "received 1"]);
  relayed.serveBy(wire, second);
  wire.front.broke("It has left");
  wire.back.broke("It has left");
  await relayed.again(wire);
  assertEquals([second.all, relayed.lost], [["opened", "received 2, 3"], 1]);
  relaying.closed(1000, "");
  await wire.settle();
});

Deno.test("RelayTransport that leaves says of nothing that it is done which is not", async () => {
  const wire = new Wire();
  const second = new Told();
  // As a connection does.
  const first: Told = new Told((told) => {
    if (told.startsWith("received")) relayed.relay?.pause();
    if (told.startsWith("end")) relayed.relay?.resume();
  });
  const relayed = await Relayed.open(wire, first, { isLasting: true });
  for (const text of ["1", "2"]) relayed.relaying.received(Batch.of(text));
  await wire.settle();
  const { relay } = relayed;
  relayed.serveBy(wire, second);
  relay?.leave("It is not held here any more");
  await relayed.again(wire);
  assertEquals([second.all, relayed.lost], [["opened", "received 2"], 1]);
  assertEquals(first.all.slice(2), [
    "end 1012 It is not held here any more",
    "closed 1012 It is not held here any more",
  ]);
  relayed.relaying.closed(1000, "");
  await wire.settle();
});

for (const isFull of [false, true]) {
  const what = isFull ? "no more than servers take, and says what is lost" : "all that waits";
  Deno.test(`RelayTransport that leaves sends ${what}`, async () => {
    const wire = new Wire();
    const [first, second] = [new Told(), new Told()];
    const relayed = await Relayed.open(wire, first, { isLasting: true });
    const { relay, relaying, transport } = relayed;
    transport.bufferedAmount = 64 * 1024 * 1024;
    const texts = Array.from({ length: 4 }, (_, at) => String(at).repeat(1024 * 1024));
    for (const text of texts) relay?.send(Batch.of(text));
    await wire.settle();
    assertEquals(transport.sent.length, 1);
    wire.isFull = isFull;
    relayed.serveBy(wire, second);
    relay?.leave("It is not held here any more");
    await relayed.again(wire);
    assertEquals(transport.sent, isFull ? texts.slice(0, 1) : texts);
    assertEquals(first.all.slice(1), [
      "end 1012 It is not held here any more",
      ...isFull ? [`lost ${3 * 1024 * 1024}`] : [],
      "closed 1012 It is not held here any more",
    ]);
    assertEquals([second.all, transport.closed], [["opened"], []]);
    relaying.closed(1000, "");
    await wire.settle();
  });
}

Deno.test("RelayTransport that leaves has a client hear its close also where servers take nothing more", async () => {
  const wire = new Wire();
  const { relay, relaying, transport } = await Relayed.open(wire, new Told(), { isLasting: true });
  wire.isFull = true;
  relay?.send(Batch.of("waits"));
  relay?.close(4003, "exit status 3");
  relay?.leave("It is not held here any more");
  await wire.settle();
  assertEquals([transport.sent, transport.closed], [[], ["4003 exit status 3"]]);
  relaying.closed(4003, "");
  await wire.settle();
});

Deno.test("Relaying closes the client where nobody else can serve it", async () => {
  const wire = new Wire();
  const { relaying, transport } = await Relayed.open(wire, new Told());
  wire.front.broke("It has left");
  assertEquals(transport.closed, ["1012 The server of the session has gone"]);
  relaying.closed(1012, "");
  wire.back.broke("");
});

/** Frames that another server would not send, whoever has written them. */
const BROKEN: [what: string, frame: number[]][] = [
  ["a number that does not end", [0x52, 36, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ["nothing behind its kind", [0x52, 3]],
  ["a kind that there is not", [0x52, 50, 1]],
  ["a close code that there is not", [0x52, 37, 1, 1, 0, 0]],
  ["text that is none", [0x52, 35, 1, 1, 0, 1, 1, 0xff]],
  ["a message that begins within a character", [0x52, 35, 1, 1, 0, 2, 1, 1, 0xc3, 0xa9]],
  ["bytes that are missing", [0x52, 35, 1, 1, 0, 1, 9, 65]],
  ["more than there is to read", [0x52, 35, 1, 1, 0, 1, 1, 65, 65]],
  ["far more messages than bytes", [0x52, 35, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]],
  ["terms that are no JSON", [0x52, 33, 1, 1, 65]],
  ["a ping that is too long", [0x52, 40, 1, 1, ...Array(126).fill(1)]],
];
for (const [what, frame] of BROKEN) {
  Deno.test(`Link ends everything with a server that sends ${what}, and goes on`, async () => {
    const wire = new Wire();
    const told = new Told();
    const { relaying, transport } = await Relayed.open(wire, told);
    wire.front.receive(Uint8Array.from(frame));
    await wire.settle();
    assertEquals([wire.errors.length, transport.sent], [1, []]);
    assertEquals(transport.closed, ["1012 The server of the session has gone"]);
    assertEquals(told.all, ["opened", "closed 1006"]);
    relaying.closed(1012, "");
    const next = await Relayed.open(wire, told);
    next.relay?.send(Batch.of("hello"));
    await wire.settle();
    assertEquals(next.transport.sent, ["hello"]);
    next.relaying.closed(1006, "");
    await wire.settle();
  });
}

Deno.test("Relaying believes no server that asks for more than there is", async () => {
  const wire = new Wire();
  const { relaying, transport } = await Relayed.open(wire, new Told());
  relaying.taken(5, 0);
  assertEquals(transport.closed, ["1012 The server of the session has gone"]);
  relaying.closed(1012, "");
  await wire.settle();
  assertEquals(wire.back.size, 0);
});

Deno.test("RelayTransport believes no server that tells of more than can happen, and keeps no more of that", async () => {
  const wire = new Wire();
  const told = new Told();
  const { relaying, transport } = await Relayed.open(wire, told);
  // Behind a message that has to be granted first.
  relaying.received(Batch.of("one"));
  for (let count = 0; count < 1000; count++) relaying.failed("again");
  await wire.settle();
  assertEquals(told.all, ["opened", "closed 1006"]);
  assertEquals(transport.closed, ["1012 The server of the session has gone"]);
  relaying.closed(1012, "");
  await wire.settle();
  assertEquals([wire.front.size, wire.back.size, wire.errors], [0, 0, []]);
});

Deno.test("Link takes no frame of something else for one of its own", () => {
  const wire = new Wire();
  wire.front.receive(Uint8Array.of(1, 2, 3));
  wire.front.receive(new Uint8Array(0));
  assertEquals([wire.errors, wire.frames], [[], []]);
});

Deno.test("Relaying tells once that messages are too large, however many of them come before the answer", async () => {
  const wire = new Wire();
  const told = new Told();
  const { relaying } = await Relayed.open(wire, told);
  relaying.received(Batch.of("one"));
  for (let count = 0; count < 100; count++) relaying.tooLarge();
  await wire.settle();
  assertEquals([told.all, wire.errors], [["opened", "received one", "tooLarge"], []]);
  relaying.closed(1006, "");
  await wire.settle();
});
