import { assert, assertEquals } from "@std/assert";
import { Reconnect } from "../../lib/console/reconnect.js";
import { FakeTimers } from "../base/fake_timers.ts";

/** Times go by when a test says so; each connection that is tried is counted. */
class Setup implements Disposable {
  readonly #timers = new FakeTimers();
  tried = 0;
  now = 0;
  readonly reconnect: Reconnect = new Reconnect({
    connect: () => this.tried++,
    changed: () => {},
    now: () => this.now,
  });

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.now += 50;
      await this.#timers.pass(50);
    }
  }

  get pending(): number {
    return this.#timers.pending;
  }

  [Symbol.dispose](): void {
    this.#timers[Symbol.dispose]();
  }
}

Deno.test("Reconnect counts down, and then connects once", async () => {
  using setup = new Setup();
  const { reconnect } = setup;
  assertEquals(reconnect.waiting, undefined);
  reconnect.start();
  const before = reconnect.waiting?.remaining ?? 0;
  assert(before >= 500 && before <= 1_000);
  await setup.pass(200);
  assertEquals(reconnect.waiting, { attempt: 1, remaining: before - 200 });
  await setup.pass(1_000);
  assertEquals([setup.tried, reconnect.waiting, setup.pending], [1, undefined, 0]);
});

Deno.test("Reconnect waits longer each time, at most 30 s", async () => {
  using setup = new Setup();
  const { reconnect } = setup;
  for (const most of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    reconnect.start();
    const { remaining = 0 } = reconnect.waiting ?? {};
    assert(remaining >= most / 2 && remaining <= most, `${remaining} of ${most} ms`);
    await setup.pass(most + 100);
  }
  assertEquals(setup.tried, 7);
});

Deno.test("Reconnect goes on waiting longer after a connection that ended at once", async () => {
  using setup = new Setup();
  setup.reconnect.start();
  await setup.pass(1_100);
  setup.reconnect.opened();
  await setup.pass(1_000);
  setup.reconnect.start();
  assertEquals(setup.reconnect.waiting?.attempt, 2);
});

Deno.test("Reconnect starts anew after a connection that lasted", async () => {
  using setup = new Setup();
  setup.reconnect.start();
  await setup.pass(1_100);
  setup.reconnect.opened();
  await setup.pass(5_000);
  setup.reconnect.start();
  assertEquals(setup.reconnect.waiting?.attempt, 1);
});

Deno.test("Reconnect.cancel() ends the countdown", async () => {
  using setup = new Setup();
  setup.reconnect.start();
  setup.reconnect.cancel();
  assertEquals([setup.reconnect.waiting, setup.pending], [undefined, 0]);
  await setup.pass(2_000);
  assertEquals(setup.tried, 0);
  setup.reconnect.start();
  assertEquals(setup.reconnect.waiting?.attempt, 1);
});
