import { assertEquals } from "@std/assert";
import { Farewell, type Leaving } from "../../../lib/connection/transport/farewell.ts";
import { FakeTimers } from "../../base/fake_timers.ts";

/** A client that a test plays. */
class FakeLeaving implements Leaving {
  bufferedAmount: number;
  unsent: number | undefined;
  ignored = 0;
  readonly told: string[] = [];
  /** Bytes that can be cut. */
  readonly #waiting: number;

  constructor(
    bufferedAmount: number,
    unsent: number | undefined = undefined,
    waiting = bufferedAmount,
  ) {
    this.bufferedAmount = bufferedAmount;
    this.unsent = unsent;
    this.#waiting = waiting;
  }

  cut(): number {
    this.told.push("cut");
    return this.#waiting;
  }

  drop(): void {
    this.told.push("drop");
  }
}

// Not the time limit of anybody else: who has the same shares a timer.
const ANSWER = 4_440;

const CASES: [
  what: string,
  leaving: FakeLeaving,
  patience: number,
  found: [ms: number, told: string[]][],
][] = [
  ["has all, and does not answer", new FakeLeaving(0), Infinity, [[4_439, []], [1, ["drop"]]]],
  ["has all, with less patience", new FakeLeaving(0), 1_110, [[1_109, []], [1, ["drop"]]]],
  ["takes nothing, with patience", new FakeLeaving(9), 13_320, [[13_319, []], [1, ["cut"]], [
    1_000,
    ["drop"],
  ]]],
  ["takes nothing of what the system has", new FakeLeaving(0, 9), 8_880, [[8_879, []], [1, [
    "drop",
  ]]]],
  ["takes nothing, for ever", new FakeLeaving(9), Infinity, [[3_600_000, []]]],
  ["takes nothing of a write under way", new FakeLeaving(9, 0, 0), 4_440, [[4_440, [
    "cut",
    "drop",
  ]]]],
];
for (const [what, leaving, patience, found] of CASES) {
  Deno.test(`Farewell ends a client that ${what}`, async () => {
    using timers = new FakeTimers();
    using farewell = new Farewell(leaving, ANSWER);
    farewell.within(patience);
    for (const [ms, told] of found) {
      await timers.pass(ms);
      assertEquals(leaving.told.splice(0), told);
    }
  });
}

Deno.test("Farewell has less patience when it is told so, and never more", async () => {
  using timers = new FakeTimers();
  const leaving = new FakeLeaving(9);
  using farewell = new Farewell(leaving, ANSWER);
  farewell.within(Infinity);
  farewell.within(1_110);
  farewell.within(Infinity);
  await timers.pass(1_110);
  assertEquals(leaving.told, ["cut"]);
});

Deno.test("Farewell begins anew when the client takes something", async () => {
  using timers = new FakeTimers();
  const leaving = new FakeLeaving(100);
  using farewell = new Farewell(leaving, ANSWER);
  farewell.within(8_880);
  for (let count = 0; count < 20; count++) {
    await timers.pass(3_000);
    leaving.bufferedAmount--;
  }
  assertEquals(leaving.told, []);
});

Deno.test("Farewell waits for the answer of a client that goes on sending, and not for ever", async () => {
  using timers = new FakeTimers();
  const leaving = new FakeLeaving(0);
  using farewell = new Farewell(leaving, ANSWER);
  farewell.within(Infinity);
  for (let ms = ANSWER; ms < 30_000; ms += ANSWER) {
    leaving.ignored += 1_000;
    await timers.pass(ANSWER);
    assertEquals(leaving.told, [], `after ${ms} ms`);
  }
  leaving.ignored += 1_000;
  await timers.pass(ANSWER);
  assertEquals(leaving.told, ["drop"]);
});

Deno.test("Farewell does not wait for a client that has stopped sending, nor where there is no time", async () => {
  for (const patience of [Infinity, 1_110]) {
    using timers = new FakeTimers();
    const leaving = new FakeLeaving(0);
    using farewell = new Farewell(leaving, ANSWER);
    farewell.within(patience);
    leaving.ignored = 1_000;
    await timers.pass(patience === Infinity ? 2 * ANSWER : patience);
    assertEquals(leaving.told, ["drop"]);
  }
});
