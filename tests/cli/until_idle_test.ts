import { assertEquals } from "@std/assert";
import { untilIdle } from "../../lib/cli/until_idle.ts";
import { FakeTimers } from "../base/fake_timers.ts";

Deno.test("untilIdle() waits until there was nothing to do for as long as that", async () => {
  using timers = new FakeTimers();
  const server = { quietMs: 0 };
  let isReached = false;
  using idle = untilIdle(server, 1_000);
  idle.reached.then(() => isReached = true);
  // There is somebody, or has just been.
  for (const quietMs of [0, 0, 400, 0, 999.5]) {
    server.quietMs = quietMs;
    await timers.pass(1_000);
    assertEquals(isReached, false, `${quietMs}`);
  }
  server.quietMs = 1_000;
  await timers.pass(1);
  assertEquals([isReached, timers.pending], [true, 0]);
});

Deno.test("untilIdle() never comes for an infinite time, and not once it is disposed", async () => {
  using timers = new FakeTimers();
  for (const ms of [Infinity, 1_000]) {
    let isReached = false;
    const idle = untilIdle({ quietMs: 0 }, ms);
    idle.reached.then(() => isReached = true);
    idle[Symbol.dispose]();
    await timers.pass(10_000);
    assertEquals([isReached, timers.pending], [false, 0]);
  }
});
