import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK, MESSAGE_OVERHEAD } from "../../lib/base/limits.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { opened } from "./fake_socket.ts";

const UNDER_WAY: [count: number, size: number, unsent: number, amount: number][] = [
  [0, 0, 0, 0],
  [10, 100, 0, 0],
  [10, 100, 1000, 1000 + 10 * MESSAGE_OVERHEAD],
  [10, 100, 500, 500 + 5 * MESSAGE_OVERHEAD],
  [1000, 1, 1000, 1000 + 1000 * MESSAGE_OVERHEAD],
  [2, 1_000_000, 1_000_000, 1_000_000 + MESSAGE_OVERHEAD],
  [10_000, 100, 100_000, 100_000 + 1000 * MESSAGE_OVERHEAD],
];
for (const [count, size, unsent, amount] of UNDER_WAY) {
  Deno.test(`LiveConnection.bufferedAmount counts what messages cost: ${unsent} bytes of ${count} × ${size}`, () => {
    const { connection, socket } = opened();
    for (let sent = 0; sent < count; sent++) connection.send("x".repeat(size));
    socket.bufferedAmount = unsent;
    assertEquals(Math.round(connection.bufferedAmount), amount);
    connection.closed(1000, "");
  });
}

Deno.test("LiveConnection.bufferedAmount follows the size of the latest messages", () => {
  const { connection, socket } = opened();
  for (let sent = 0; sent < 10_000; sent++) connection.send("x".repeat(10_000));
  for (let sent = 0; sent < 50_000; sent++) connection.send("x");
  socket.bufferedAmount = 50_000;
  // Counted over all that was ever sent it would be some 80 KB; they hold 51 MB.
  assert(connection.bufferedAmount > 10_000_000);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.drained() resolves at once when little is under way", async () => {
  using timers = new FakeTimers();
  const { connection, socket } = opened();
  await connection.drained();
  connection.send("x".repeat(1000));
  socket.bufferedAmount = 1000;
  await connection.drained();
  assertEquals(timers.pending, 0);
  connection.closed(1000, "");
});

/** A connection over its high-water mark, and whether `drained()` has resolved. */
function full(): ReturnType<typeof opened> & { drained: { is: boolean } } {
  const opening = opened();
  const { connection, socket } = opening;
  connection.send(new Uint8Array(HIGH_WATER_MARK));
  socket.bufferedAmount = HIGH_WATER_MARK;
  const drained = { is: false };
  connection.drained().then(() => drained.is = true);
  return Object.assign(opening, { drained });
}

Deno.test("LiveConnection.drained() waits until half the high-water mark has gone", async () => {
  using timers = new FakeTimers();
  const { connection, socket, drained } = full();
  await timers.pass(1_000);
  socket.bufferedAmount = HIGH_WATER_MARK / 2 + 1;
  await timers.pass(1_000);
  assertEquals(drained.is, false);
  // What the message costs beside its data counts as well.
  socket.bufferedAmount = HIGH_WATER_MARK / 2 - MESSAGE_OVERHEAD;
  await timers.pass(64);
  assertEquals(drained.is, true);
  assertEquals(timers.pending, 0);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.drained() can be waited for by several, and again", async () => {
  using timers = new FakeTimers();
  const { connection, socket, drained } = full();
  const other = connection.drained();
  socket.bufferedAmount = 0;
  await timers.pass(64);
  await other;
  assertEquals(drained.is, true);
  socket.bufferedAmount = HIGH_WATER_MARK;
  let again = false;
  connection.drained().then(() => again = true);
  await timers.pass(1_000);
  assertEquals(again, false);
  socket.bufferedAmount = 0;
  await timers.pass(64);
  assertEquals(again, true);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.drained() waits for as little as it is told to, each for its own", async () => {
  using timers = new FakeTimers();
  const { connection, socket } = opened();
  connection.send("x".repeat(100_000));
  const done: number[] = [];
  for (const amount of [10_000, 50_000, 100_000, 0]) {
    connection.drained(amount).then(() => done.push(amount));
  }
  socket.bufferedAmount = 100_000;
  connection.drained(200_000).then(() => done.push(200_000));
  await timers.pass(0);
  // What asked before anything was under way is done, too.
  assertEquals(done.toSorted((one, other) => one - other), [0, 10_000, 50_000, 100_000, 200_000]);
  done.length = 0;
  for (const amount of [10_000, 50_000, 0]) {
    connection.drained(amount).then(() => done.push(amount));
  }
  for (const [unsent, expected] of [[60_000, []], [20_000, [50_000]]] as const) {
    socket.bufferedAmount = unsent;
    await timers.pass(1_000);
    assertEquals(done, [...expected]);
  }
  assertEquals(timers.pending, 2);
  socket.bufferedAmount = 0;
  await timers.pass(1_000);
  assertEquals(done.toSorted((one, other) => one - other), [0, 10_000, 50_000]);
  assertEquals(timers.pending, 0);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.drained() wakes all who wait when it closes", async () => {
  using timers = new FakeTimers();
  const { connection, socket } = opened();
  connection.send("x".repeat(100_000));
  socket.bufferedAmount = 100_000;
  let woken = 0;
  for (const amount of [0, 10, 20]) connection.drained(amount).then(() => woken++);
  await timers.pass(10);
  assertEquals([woken, timers.pending], [0, 3]);
  connection.close();
  await timers.pass(0);
  assertEquals([woken, timers.pending], [3, 0]);
  connection.closed(1000, "");
});

const WAKES: [how: string, wake: (opening: ReturnType<typeof opened>) => void][] = [
  ["close() is called", ({ connection }) => connection.close()],
  ["the server ends it", ({ connection }) => connection.end(1001, "")],
  ["the socket closes", ({ connection }) => connection.closed(1006, "")],
];
for (const [how, wake] of WAKES) {
  Deno.test(`LiveConnection.drained() wakes when ${how}`, async () => {
    using timers = new FakeTimers();
    const opening = full();
    await timers.pass(10);
    assertEquals(opening.drained.is, false);
    wake(opening);
    await timers.pass(0);
    assertEquals([opening.drained.is, timers.pending], [true, 0]);
    await opening.connection.drained();
  });
}
