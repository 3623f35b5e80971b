import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK, MESSAGE_OVERHEAD } from "../../../lib/base/limits.ts";
import { Backlog, type Unsent } from "../../../lib/connection/transport/backlog.ts";
import { FakeTimers } from "../../base/fake_timers.ts";

/** What a socket has not sent; a test says how much that is. */
class FakeUnsent implements Unsent {
  unsent = 0;
  readonly headerBytes = 0;
  readonly overhead = MESSAGE_OVERHEAD;
  isBehind = false;
}

function opened(): { backlog: Backlog; socket: FakeUnsent } {
  const socket = new FakeUnsent();
  return { backlog: new Backlog(socket), socket };
}

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
  Deno.test(`Backlog.amount counts what messages cost: ${unsent} bytes of ${count} × ${size}`, () => {
    const { backlog, socket } = opened();
    for (let sent = 0; sent < count; sent++) backlog.add(size);
    socket.unsent = unsent;
    assertEquals(Math.round(backlog.amount), amount);
  });
}

Deno.test("Backlog.amount follows the size of the latest messages", () => {
  const { backlog, socket } = opened();
  for (let sent = 0; sent < 10_000; sent++) backlog.add(10_000);
  for (let sent = 0; sent < 50_000; sent++) backlog.add(1);
  socket.unsent = 50_000;
  // Counted over all that was ever sent it would be some 80 KB; they hold 51 MB.
  assert(backlog.amount > 10_000_000);
});

Deno.test("Backlog.drained() resolves at once when little is under way", async () => {
  using timers = new FakeTimers();
  const { backlog, socket } = opened();
  await backlog.drained(HIGH_WATER_MARK / 2);
  backlog.add(1000);
  socket.unsent = 1000;
  await backlog.drained(HIGH_WATER_MARK / 2);
  assertEquals(timers.pending, 0);
});

/** A connection over its high-water mark, and whether `drained()` has resolved. */
function full(): ReturnType<typeof opened> & { drained: { is: boolean } } {
  const opening = opened();
  const { backlog, socket } = opening;
  backlog.add(HIGH_WATER_MARK);
  socket.unsent = HIGH_WATER_MARK;
  const drained = { is: false };
  backlog.drained(HIGH_WATER_MARK / 2).then(() => drained.is = true);
  return Object.assign(opening, { drained });
}

Deno.test("Backlog.drained() waits until half the high-water mark has gone", async () => {
  using timers = new FakeTimers();
  const { socket, drained } = full();
  await timers.pass(1_000);
  socket.unsent = HIGH_WATER_MARK / 2 + 1;
  await timers.pass(1_000);
  assertEquals(drained.is, false);
  // What the message costs beside its data counts as well.
  socket.unsent = HIGH_WATER_MARK / 2 - MESSAGE_OVERHEAD;
  await timers.pass(64);
  assertEquals(drained.is, true);
  assertEquals(timers.pending, 0);
});

Deno.test("Backlog.drained() can be waited for by several, and again", async () => {
  using timers = new FakeTimers();
  const { backlog, socket, drained } = full();
  const other = backlog.drained(HIGH_WATER_MARK / 2);
  socket.unsent = 0;
  await timers.pass(64);
  await other;
  assertEquals(drained.is, true);
  socket.unsent = HIGH_WATER_MARK;
  let again = false;
  backlog.drained(HIGH_WATER_MARK / 2).then(() => again = true);
  await timers.pass(1_000);
  assertEquals(again, false);
  socket.unsent = 0;
  await timers.pass(64);
  assertEquals(again, true);
});

Deno.test("Backlog.drained() waits for as little as it is told to, each for its own", async () => {
  using timers = new FakeTimers();
  const { backlog, socket } = opened();
  backlog.add(100_000);
  const done: number[] = [];
  for (const amount of [10_000, 50_000, 100_000, 0]) {
    backlog.drained(amount).then(() => done.push(amount));
  }
  socket.unsent = 100_000;
  backlog.drained(200_000).then(() => done.push(200_000));
  await timers.pass(0);
  // What asked before anything was under way is done, too.
  assertEquals(done.toSorted((one, other) => one - other), [0, 10_000, 50_000, 100_000, 200_000]);
  done.length = 0;
  for (const amount of [10_000, 50_000, 0]) {
    backlog.drained(amount).then(() => done.push(amount));
  }
  for (const [unsent, expected] of [[60_000, []], [20_000, [50_000]]] as const) {
    socket.unsent = unsent;
    await timers.pass(1_000);
    assertEquals(done, [...expected]);
  }
  assertEquals(timers.pending, 2);
  socket.unsent = 0;
  await timers.pass(1_000);
  assertEquals(done.toSorted((one, other) => one - other), [0, 10_000, 50_000]);
  assertEquals(timers.pending, 0);
});

Deno.test("Backlog.release() wakes all who wait", async () => {
  using timers = new FakeTimers();
  const { backlog, socket } = opened();
  backlog.add(100_000);
  socket.unsent = 100_000;
  let woken = 0;
  for (const amount of [0, 10, 20]) backlog.drained(amount).then(() => woken++);
  await timers.pass(10);
  assertEquals([woken, timers.pending], [0, 3]);
  backlog.release();
  await timers.pass(0);
  assertEquals([woken, timers.pending], [3, 0]);
});
