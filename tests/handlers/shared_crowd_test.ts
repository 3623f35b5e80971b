import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK } from "../../lib/base/limits.ts";
import { Batch } from "../../lib/base/batch.ts";
import { Log } from "../../lib/base/log.ts";
import { Client } from "../../lib/handlers/shared/client.ts";
import { Crowd } from "../../lib/handlers/shared/crowd.ts";
import { Pace } from "../../lib/handlers/shared/pace.ts";
import { Recent } from "../../lib/handlers/shared/recent.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { FakeConnection } from "../support/fake_connection.ts";

const OPTIONS = { log: new Log(), past: [], announcement: "" };
const MUCH = HIGH_WATER_MARK + 1;

/** Clients that are so many bytes behind, and the pace of their process, at a time that a test says. */
class Scene {
  time = 0;
  readonly crowd = new Crowd();
  readonly pace = new Pace({ lag: (now) => this.crowd.lag(now), now: () => this.time });
  readonly connections: FakeConnection[];

  constructor(...amounts: number[]) {
    this.connections = amounts.map((_, index) => {
      const connection = new FakeConnection(`fake-${index}`);
      this.crowd.add(new Client(connection, OPTIONS));
      return connection;
    });
    this.behind(...amounts);
  }

  /** So many bytes wait for each of them now. */
  behind(...amounts: number[]): void {
    for (const [index, amount] of amounts.entries()) {
      (this.connections[index] as FakeConnection).bufferedAmount = amount;
    }
  }

  /** Whether the process has to wait. */
  get held(): boolean {
    return this.pace.bufferedAmount > HIGH_WATER_MARK;
  }

  /** Lets milliseconds pass. */
  async pass(timers: FakeTimers, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.time += 10;
      await timers.pass(10);
    }
  }
}

const AMOUNTS: [amounts: number[], held: boolean][] = [
  [[], false],
  [[0], false],
  [[MUCH], true],
  [[MUCH, MUCH, 0], false],
  [[MUCH, MUCH], true],
  // Of those who read, nobody may be far behind.
  [[3 * MUCH, 0], true],
];
for (const [amounts, held] of AMOUNTS) {
  const does = held ? "holds a process up" : "lets a process write";
  Deno.test(`Pace ${does} whose clients are behind by ${JSON.stringify(amounts)} bytes`, () => {
    assertEquals(new Scene(...amounts).held, held);
  });
}

Deno.test("Pace waits until the fastest client has drained", async () => {
  using timers = new FakeTimers();
  const scene = new Scene(MUCH, MUCH);
  const drained = scene.pace.drained();
  await scene.pass(timers, 1_000);
  assertEquals(timers.pending, 1);
  scene.behind(MUCH, HIGH_WATER_MARK / 2);
  await scene.pass(timers, 200);
  await drained;
  assertEquals(timers.pending, 0);
});

Deno.test("Pace waits for ten seconds without progress, and not again until somebody has caught up", async () => {
  using timers = new FakeTimers();
  const scene = new Scene(MUCH, MUCH + 9);
  const drained = scene.pace.drained();
  await scene.pass(timers, 9_000);
  scene.behind(MUCH, MUCH + 8);
  await scene.pass(timers, 9_000);
  assertEquals([timers.pending, scene.held], [1, true]);
  await scene.pass(timers, 2_000);
  await drained;
  assert(!scene.held);
  scene.behind(0);
  assert(!scene.held);
  scene.behind(MUCH);
  assert(scene.held);
});

Deno.test("Pace waits for a client that is far behind, as long as that reads, and a second at most", async () => {
  using timers = new FakeTimers();
  const scene = new Scene(0, 3 * MUCH);
  const drained = scene.pace.drained();
  for (let passed = 0; passed < 800; passed += 100) {
    scene.behind(0, 3 * MUCH - passed);
    await scene.pass(timers, 100);
  }
  assertEquals(timers.pending, 1);
  for (let passed = 0; passed < 1_600; passed += 100) {
    scene.behind(0, 3 * MUCH - 800 - passed);
    await scene.pass(timers, 100);
  }
  await drained;
});

Deno.test("Pace does not wait for a client that is far behind and has not read for a second", () => {
  const scene = new Scene(0, 3 * MUCH);
  assert(scene.held);
  scene.time += 1_000;
  assert(!scene.held);
  scene.behind(0, 3 * MUCH - 1);
  assert(scene.held);
});

Deno.test("Pace does not wait for clients that are closing", () => {
  const scene = new Scene(MUCH, 0);
  assert(!scene.held);
  for (const client of scene.crowd) {
    if (client.id === "fake-1") client.close({ code: 1000, reason: "" });
  }
  assert(scene.held);
});

Deno.test("Client sends nothing more when it is closed, and is closed once", async () => {
  const connection = new FakeConnection();
  const client = new Client(connection, { ...OPTIONS, past: [Batch.of("old")] });
  client.send(Batch.of("last"));
  client.close({ code: 1000, reason: "" });
  client.send(Batch.of("too late"));
  client.close({ code: 1001, reason: "" });
  assertEquals(await connection.closed, "1000");
  assertEquals(connection.sent, ["old", "last"]);
});

Deno.test("Recent knows the last names", () => {
  const recent = new Recent(2);
  for (const name of ["a", "b", "c"]) recent.add(name);
  assertEquals(["a", "b", "c"].map((name) => recent.has(name)), [false, true, true]);
});
