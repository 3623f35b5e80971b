import { assertEquals } from "@std/assert";
import { FloodLog, withMore } from "../../lib/base/flood_log.ts";
import { FakeTimers } from "./fake_timers.ts";

/** Says a reason so many times; the lines are added to a list. */
function sayTo(lines: string[], floodLog: FloodLog, reason: string, count: number): void {
  for (let at = 1; at <= count; at++) {
    floodLog.say(reason, (more) => lines.push(withMore(`${reason}${at}`, more)));
  }
}

Deno.test("FloodLog.say() writes the first line of a reason at once, and at the end one for the others", () => {
  const floodLog = new FloodLog();
  const lines: string[] = [];
  sayTo(lines, floodLog, "a", 1_236);
  sayTo(lines, floodLog, "b", 1);
  assertEquals(lines, ["a1", "b1"]);
  floodLog.flush();
  assertEquals(lines, ["a1", "b1", "a1236 … and 1,234 more like it"]);
  floodLog.flush();
  assertEquals(lines.length, 3);
});

Deno.test("FloodLog.say() writes one line a second for the same reason, and counts all of them", async () => {
  using timers = new FakeTimers();
  const floodLog = new FloodLog(() => timers.now);
  const told: [time: number, more: number][] = [];
  for (let said = 0; said < 250; said++) {
    floodLog.say("flood", (more) => told.push([timers.now, more]));
    await timers.pass(10);
  }
  assertEquals(told, [[0, 0], [1_000, 98], [2_000, 99]]);
  floodLog.flush();
  assertEquals(told.slice(3), [[2_500, 49]]);
  assertEquals(timers.pending, 0);
});

Deno.test("FloodLog.say() forgets reasons of which nothing is left to say", () => {
  const floodLog = new FloodLog();
  const lines: string[] = [];
  for (let at = 0; at < 1_000; at++) sayTo(lines, floodLog, `reason ${at} `, 2);
  assertEquals(lines.length, 1_000);
  floodLog.flush();
  assertEquals(lines.length, 2_000);
});
