import { assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { FakeTimers } from "../../../base/fake_timers.ts";
import { Told } from "../transport_pair.ts";
import { Relayed, Wire } from "./relayed.ts";

/** Closes a client; answers in what that has ended, when it has. */
function closing({ relaying }: Relayed): { isAnswered: boolean } {
  const state = { isAnswered: false };
  relaying.closing(3000, "bye")?.then(() => state.isAnswered = true);
  return state;
}

Deno.test("Relaying has a close answered with the code that its server says, or with its own", async () => {
  const wire = new Wire();
  const answers: Told = new Told((told) => {
    if (told.startsWith("closing")) answering.relay?.close(4000, "answered");
  });
  const answering = await Relayed.open(wire, answers);
  const agreeing = await Relayed.open(wire, new Told());
  for (const [relayed, closed] of [[answering, ["4000 answered"]], [agreeing, []]] as const) {
    const state = closing(relayed);
    await Promise.resolve();
    assertEquals([state.isAnswered, relayed.transport.closed], [false, []]);
    relayed.relay?.send(Batch.of("last words"));
    await wire.settle();
    assertEquals([state.isAnswered, relayed.transport.closed], [true, closed]);
    assertEquals(relayed.transport.sent, ["last words"]);
    relayed.relaying.closed(3000, "bye");
    await wire.settle();
  }
  assertEquals([wire.front.size, wire.back.size], [0, 0]);
});

Deno.test("Relaying has a close answered with its own code where no server says anything in time", async () => {
  using timers = new FakeTimers();
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  const state = closing(relayed);
  await timers.pass(9_999);
  assertEquals([state.isAnswered, timers.pending], [false, 1]);
  await timers.pass(1);
  assertEquals([state.isAnswered, relayed.transport.closed, timers.pending], [true, [], 0]);
  await wire.settle();
  relayed.relaying.closed(3000, "bye");
  await wire.settle();
  assertEquals(timers.pending, 0);
});

Deno.test("Relaying waits for the answer to a close as long as its server sends what is before it", async () => {
  using timers = new FakeTimers();
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  relayed.relaying.attach(relayed.transport, { left() {}, abandon() {} });
  let isAnswered = false;
  relayed.relaying.closing(3000, "bye")?.then(() => isAnswered = true);
  for (let count = 0; count < 3; count++) {
    await timers.pass(9_000);
    relayed.relaying.sent(Batch.of("x"));
  }
  assertEquals([isAnswered, timers.pending], [false, 1]);
  await timers.pass(10_000);
  assertEquals([isAnswered, timers.pending], [true, 0]);
  relayed.relaying.closed(3000, "bye");
  await wire.settle();
});

Deno.test("Relaying has a close answered with its own code where its server has gone, and by the next one where there is one", async () => {
  const wire = new Wire();
  const gone = await Relayed.open(wire, new Told());
  const second: Told = new Told((told) => {
    if (told.startsWith("closing")) moved.relay?.close(4000, "answered");
  });
  const moved = await Relayed.open(wire, new Told(), { isLasting: true });
  moved.serveBy(wire, second);
  const states = [closing(gone), closing(moved)];
  wire.front.broke("It has left");
  wire.back.broke("It has left");
  await moved.again(wire);
  assertEquals(states.map(({ isAnswered }) => isAnswered), [true, true]);
  assertEquals([gone.transport.closed, moved.transport.closed], [[], ["4000 answered"]]);
  assertEquals(second.all, ["opened", "closing 3000 bye"]);
  for (const { relaying } of [gone, moved]) relaying.closed(3000, "bye");
  await wire.settle();
});

Deno.test("Relaying closes a client by itself whose message is too large while no server is told", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told(), { isLasting: true });
  wire.serve = () => {};
  wire.front.broke("It has left");
  relayed.relaying.tooLarge();
  assertEquals(relayed.transport.closed, ["1009 A message is too large"]);
  relayed.relaying.closed(1009, "");
  wire.back.broke("It has left");
  await wire.settle();
});

Deno.test("Relaying believes no server that refuses whom it serves", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told());
  relayed.relaying.refused({ status: 503 });
  assertEquals(relayed.transport.closed, ["1012 The server of the session has gone"]);
  relayed.relaying.closed(1012, "");
  await wire.settle();
  assertEquals([wire.front.size, wire.back.size], [0, 0]);
});
