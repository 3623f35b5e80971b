import { assertEquals } from "@std/assert";
import { watchProgress } from "../../../lib/connection/transport/watch_progress.ts";
import { FakeTimers } from "../../base/fake_timers.ts";

/** What waits as the seconds pass, and when that counts as stalled. */
const COURSES: [what: string, amount: number[], unsent: (number | undefined)[], stalled: number][] =
  [
    ["nothing moves", [5], [7], 10],
    ["nothing waits", [0], [0], 10],
    ["something left at first", [9, 8, 7, 6, 5], [7], 14],
    ["the system cannot be asked", [5], [undefined], 10],
    ["the system has sent something on", [5], [9, 9, 9, 9, 9, 9, 9, 8], 20],
  ];
for (const [what, amounts, unsents, stalled] of COURSES) {
  Deno.test(`watchProgress() tells after ${stalled} looks that somebody has stalled where ${what}`, async () => {
    using timers = new FakeTimers();
    let second = 0;
    const at = <T>(values: T[]) => values[Math.min(second, values.length - 1)] as T;
    let told = 0;
    using _watch = watchProgress(
      () => at(amounts),
      10_000,
      () => at(unsents),
      () => told ||= second,
    );
    while (second++ < 25) await timers.pass(1_000);
    assertEquals(told, stalled);
  });
}

Deno.test("watchProgress() has no timer when nobody is watched", () => {
  using timers = new FakeTimers();
  const watches = [1, 2].map(() => watchProgress(() => 1, 1_000, () => 1, () => {}));
  assertEquals(timers.pending, 1);
  for (const watch of watches) watch[Symbol.dispose]();
  assertEquals(timers.pending, 0);
});
