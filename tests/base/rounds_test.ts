import { assertEquals } from "@std/assert";
import { Rounds } from "../../lib/base/rounds.ts";
import { FakeTimers } from "./fake_timers.ts";

Deno.test("Rounds looks at all that have the same interval by one timer, as long as there is any", async () => {
  using timers = new FakeTimers();
  const rounds = new Rounds(() => 5);
  const told: string[] = [];
  const leaves = ["a", "b"].map((name) => rounds.join(100, (now) => told.push(`${name}${now}`)));
  rounds.join(300, () => told.push("c"));
  assertEquals(timers.pending, 2);
  await timers.pass(100);
  assertEquals(told, ["a5", "b5"]);
  leaves[0]?.();
  leaves[0]?.();
  await timers.pass(200);
  assertEquals(told, ["a5", "b5", "b5", "c", "b5"]);
  leaves[1]?.();
  assertEquals(timers.pending, 1);
});

Deno.test("Rounds may be left, and joined, while they look", async () => {
  using timers = new FakeTimers();
  const rounds = new Rounds(() => 0);
  let looks = 0;
  const leave = rounds.join(10, () => {
    looks++;
    leave();
  });
  await timers.pass(50);
  assertEquals([looks, timers.pending], [1, 0]);
});
