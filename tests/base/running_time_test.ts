import { assertEquals } from "@std/assert";
import { RunningTime } from "../../lib/base/running_time.ts";

Deno.test("RunningTime counts no more than a step of what passes between two looks", () => {
  let now = 500;
  const running = new RunningTime(100, () => now);
  const counted = [0, 30, 100, 101, 3_600_000, 1].map((ms) => {
    now += ms;
    return running.look();
  });
  assertEquals(counted, [0, 30, 130, 230, 330, 331]);
});
