import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { MAX_BUS_QUEUE } from "../../../../lib/base/limits.ts";
import {
  MOST_AT_ONCE,
  RELAY_WINDOW,
} from "../../../../lib/connection/transport/relay/relay_end.ts";
import { Told } from "../transport_pair.ts";
import { Relayed, Wire } from "./relayed.ts";

// Of three bytes each: a piece ends within none of them.
const LARGE = "€".repeat(MAX_BUS_QUEUE / 2);

async function close(wire: Wire, { relaying }: Relayed): Promise<void> {
  relaying.closed(1006, "");
  await wire.settle();
}

/** Bytes of the largest frame that has crossed. */
function largestOf(wire: Wire): number {
  return wire.frames.reduce((most, { length }) => Math.max(most, length), 0);
}

for (const asks of [true, false]) {
  Deno.test(`A message that no bus takes at once crosses to its server in pieces, and all else behind it, where it asks: ${asks}`, async () => {
    const wire = new Wire();
    const told = new Told();
    const { relaying } = await Relayed.open(wire, told, { asks });
    relaying.received(Batch.of("before"));
    relaying.received(Batch.of(LARGE));
    relaying.received(Batch.of("after"));
    relaying.closing(3000, "bye");
    relaying.closed(3000, "bye");
    await wire.settle();
    const large = `received ${3 * LARGE.length} bytes`;
    const ending = ["closing 3000 bye", "closed 3000 bye"];
    assertEquals(told.all, ["opened", "received before", large, "received after", ...ending]);
    assert(largestOf(wire) < MAX_BUS_QUEUE);
    assertEquals([wire.front.size, wire.back.size, wire.errors], [0, 0, []]);
  });
}

Deno.test("A message in pieces is a batch with others of one read", async () => {
  const wire = new Wire();
  const told = new Told();
  const relayed = await Relayed.open(wire, told);
  const { length } = LARGE;
  const bytes = new Uint8Array(length + 2);
  relayed.relaying.received(new Batch(true, bytes, [0, 1, 1, length + 1, length + 1, length + 2]));
  await wire.settle();
  assertEquals(told.all, ["opened", "received 0", `received ${length} bytes`, "received 0"]);
  await close(wire, relayed);
});

Deno.test("Of a message in pieces no more than a window is on its way", async () => {
  const wire = new Wire();
  const told = new Told();
  const relayed = await Relayed.open(wire, told);
  const before = wire.frames.length;
  relayed.relaying.received(Batch.of(LARGE));
  const sent = wire.frames.slice(before).reduce((sum, { length }) => sum + length, 0);
  assert(sent > 0 && sent < 2 * RELAY_WINDOW, `${sent} bytes are on their way`);
  await wire.settle();
  assertEquals(told.bytes, 3 * LARGE.length);
  await close(wire, relayed);
});

Deno.test("A message in pieces that is larger than its server takes is too large, and told once", async () => {
  const wire = new Wire();
  const told: Told = new Told((words) => {
    if (words === "tooLarge") relayed.relay?.close(1009, "A message may have 10000000 bytes");
  });
  const relayed = await Relayed.open(wire, told, { maxFrameSize: 10_000_000 });
  relayed.relaying.received(Batch.of(LARGE));
  await wire.settle();
  assertEquals(told.all, ["opened", "tooLarge"]);
  assertEquals(relayed.transport.closed, ["1009 A message may have 10000000 bytes"]);
  relayed.relaying.closed(1009, "");
  await wire.settle();
  assertEquals(told.all.at(-1), "closed 1009");
});

Deno.test("The end of a client that its server has closed does not wait for a message in pieces", async () => {
  const wire = new Wire();
  const told = new Told();
  const relayed = await Relayed.open(wire, told);
  relayed.relay?.close(4003, "exit status 3");
  relayed.relaying.received(Batch.of(LARGE));
  await wire.settle();
  const frames = wire.frames.length;
  relayed.relaying.closed(4003, "");
  await wire.settle();
  assertEquals(told.all, ["opened", "closed 4003"]);
  assertEquals(wire.frames.length, frames + 2);
});

Deno.test("A message in pieces is another server's where the first one has not got all of it", async () => {
  const wire = new Wire();
  const [first, second] = [new Told(), new Told()];
  const relayed = await Relayed.open(wire, first, { isLasting: true });
  relayed.relaying.received(Batch.of(LARGE));
  relayed.serveBy(wire, second);
  wire.front.broke("It has left");
  wire.back.broke("It has left");
  await relayed.again(wire);
  assertEquals(first.bytes, 0);
  assertEquals(second.all, ["opened", `received ${3 * LARGE.length} bytes`]);
  assertEquals(relayed.lost, 0);
  await close(wire, relayed);
});

Deno.test("A client gets a message that no bus takes at once whole, in the order of all", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  const { relay, transport } = relayed;
  relay?.send(Batch.of("before"));
  relay?.send(Batch.of(LARGE).marked({ log: "abc", number: 7 }));
  relay?.send(Batch.of("after"));
  await wire.settle();
  assertEquals(transport.sent.map(({ length }) => length), [6, LARGE.length, 5]);
  assertEquals([transport.sent[1] === LARGE, relay?.bufferedAmount], [true, 0]);
  assert(largestOf(wire) < MAX_BUS_QUEUE);
  await close(wire, relayed);
});

Deno.test("A client that takes nothing gets no more pieces than a window beside what it was given", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  const { relay, transport } = relayed;
  transport.waits = true;
  // So that what is left over of the last piece is not worth a window.
  const large = Batch.of(new Uint8Array(MOST_AT_ONCE + 1));
  for (let count = 0; count < 4; count++) relay?.send(large);
  await wire.settle();
  assertEquals(transport.sent.length, 1);
  assert(relay && relay.bufferedAmount > 2 * MOST_AT_ONCE);
  for (let count = 0; count < 4; count++) {
    transport.drain();
    await wire.settle();
  }
  assertEquals([transport.sent.length, relay.bufferedAmount], [4, 0]);
  await close(wire, relayed);
});

/** Frames about a message in pieces that no server sends. */
const BROKEN: [what: string, frame: number[]][] = [
  ["several messages in a piece", [0x52, 45, 1, 0, 0, 2, 1, 1, 65, 65]],
  ["no message in a piece", [0x52, 45, 1, 0, 0, 0]],
];
for (const [what, frame] of BROKEN) {
  Deno.test(`Link ends everything with a server that sends ${what}`, async () => {
    const wire = new Wire();
    const relayed = await Relayed.open(wire, new Told());
    wire.front.receive(Uint8Array.from(frame));
    assertEquals(wire.errors.length, 1);
    assertEquals(relayed.transport.closed, ["1012 The server of the session has gone"]);
    await close(wire, relayed);
  });
}

Deno.test("Relaying believes no server that sends a message within one in pieces", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  wire.front.receive(Uint8Array.of(0x52, 45, 1, 0, 0, 1, 1, 65));
  relayed.relay?.send(Batch.of("b"));
  await wire.settle();
  assertEquals(relayed.transport.closed, ["1012 The server of the session has gone"]);
  await close(wire, relayed);
});

Deno.test("Link ends everything with a server whose pieces are text and bytes", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  wire.front.receive(Uint8Array.of(0x52, 45, 1, 0, 0, 1, 1, 65));
  wire.front.receive(Uint8Array.of(0x52, 45, 1, 0, 1, 1, 1, 65));
  assertEquals(wire.errors, ["A message is text, and it is not"]);
  await close(wire, relayed);
});
