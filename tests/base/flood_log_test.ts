import { assertEquals } from "@std/assert";
import { FloodLog, withMore } from "../../lib/base/flood_log.ts";

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
  const floodLog = new FloodLog();
  const times: number[] = [];
  let said = 0;
  let counted = 0;
  const told = Promise.withResolvers<void>();
  const write = (more: number) => {
    times.push(performance.now());
    counted += 1 + more;
    if (times.length === 3) told.resolve();
  };
  const flood = setInterval(() => {
    said++;
    floodLog.say("flood", write);
  }, 10);
  await told.promise;
  clearInterval(flood);
  floodLog.flush();
  assertEquals(counted, said);
  const gaps = times.slice(1, 3).map((time, at) => time - (times[at] as number));
  assertEquals(gaps.filter((gap) => gap < 990), []);
});

Deno.test("FloodLog.say() forgets reasons of which nothing is left to say", () => {
  const floodLog = new FloodLog();
  const lines: string[] = [];
  for (let at = 0; at < 1_000; at++) sayTo(lines, floodLog, `reason ${at} `, 2);
  assertEquals(lines.length, 1_000);
  floodLog.flush();
  assertEquals(lines.length, 2_000);
});
