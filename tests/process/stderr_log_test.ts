import { assertEquals } from "@std/assert";
import { counted } from "../../lib/base/counted.ts";
import { HIGH_WATER_MARK } from "../../lib/base/limits.ts";
import { Log } from "../../lib/base/log.ts";
import { StderrLog } from "../../lib/process/stderr_log.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";

const encoder = new TextEncoder();

function bytesOf(...lines: string[]): Uint8Array {
  return encoder.encode(lines.map((line) => `${line}\n`).join(""));
}

Deno.test("StderrLog writes lines as they are, the last one without an end as well", () => {
  using log = new CapturedLog("debug");
  const stderr = new StderrLog(new Log(), 10_000, () => 0);
  stderr.push(encoder.encode("one\ntw"));
  stderr.push(encoder.encode("o\r\n\nü"));
  stderr.end();
  assertEquals(log.messages, ["one", "two", "", "ü"].map((line) => `ERROR stderr: ${line}`));
});

Deno.test("StderrLog counts what is over its rate, and says so at the end", () => {
  using log = new CapturedLog("debug");
  const stderr = new StderrLog(new Log(), 1_000, () => 0);
  const lines = Array.from({ length: 12_347 }, (_, index) => `line ${index}`);
  stderr.push(bytesOf(...lines));
  stderr.end();
  assertEquals(log.messages, [
    ...lines.slice(0, 2).map((line) => `ERROR stderr: ${line}`),
    "ERROR stderr: … 12,345 lines left out",
  ]);
});

Deno.test("StderrLog says after a second what it has left out, and goes on", async () => {
  using log = new CapturedLog("debug");
  using timers = new FakeTimers();
  const stderr = new StderrLog(new Log(), 1, () => timers.now);
  stderr.push(bytesOf("first", "not this"));
  await timers.pass(999);
  assertEquals(log.messages.length, 1);
  await timers.pass(1);
  stderr.push(bytesOf("second", "nor this"));
  stderr.end();
  assertEquals(log.messages, [
    "ERROR stderr: first",
    "ERROR stderr: … 1 line left out",
    "ERROR stderr: second",
    "ERROR stderr: … 1 line left out",
  ]);
});

Deno.test("StderrLog has a line that is longer than its rate use up the second", () => {
  using log = new CapturedLog("debug");
  const stderr = new StderrLog(new Log(), 1_000, () => 0);
  stderr.push(bytesOf("x".repeat(5_000), "y"));
  stderr.end();
  assertEquals(log.messages.map((line) => line.length), [
    "ERROR stderr: ".length + 5_000,
    "ERROR stderr: … 1 line left out".length,
  ]);
});

Deno.test("StderrLog leaves nothing out where its rate is 0", () => {
  using log = new CapturedLog("debug");
  const stderr = new StderrLog(new Log(), 0);
  stderr.push(bytesOf(...Array.from({ length: 20_000 }, String)));
  stderr.end();
  assertEquals(log.messages.length, 20_000);
});

Deno.test("StderrLog has everybody else have their turn when it has taken much", async () => {
  using log = new CapturedLog("debug");
  // A clock that goes on only where it is looked at: by 0.1 ms from the beginning of a push to its end.
  let now = 0;
  const stderr = new StderrLog(new Log(), 1, () => now += 0.05);
  let pushes = 0;
  for (; stderr.bufferedAmount <= HIGH_WATER_MARK; pushes++) {
    stderr.push(bytesOf("x".repeat(1_000)));
  }
  assertEquals(pushes, 20);
  let turns = 0;
  setTimeout(() => turns++, 0);
  await stderr.drained();
  assertEquals([turns, stderr.bufferedAmount], [1, 0]);
  stderr.end();
  assertEquals(log.messages.at(-1), `ERROR stderr: … ${counted(pushes - 1, "line")} left out`);
});
