import { assertEquals } from "@std/assert";
import { CommonLines } from "../../lib/workers/common_lines.ts";
import { CapturedLog } from "../base/captured_log.ts";

/** Lines on a clock that stands still. */
function stage() {
  const clock = { now: 0 };
  const lines = new CommonLines(() => clock.now);
  const say = (worker: number, message: string) => {
    lines.take(worker, { level: "info", category: "server", message, associated: {} });
  };
  return { clock, say, told: () => lines.told() };
}

Deno.test("CommonLines writes once what each worker says, and again when one of them says it later", () => {
  using log = new CapturedLog();
  const { clock, say, told } = stage();
  say(1, "changed");
  say(2, "changed");
  say(2, "another");
  assertEquals(log.messages, ["INFO server: changed", "INFO server: another"]);
  // It has seen it by itself, and was told to look as well.
  clock.now = 4_999;
  told();
  say(2, "changed");
  assertEquals(log.messages.length, 2);
  clock.now = 59_999;
  say(3, "changed");
  assertEquals(log.messages.length, 2);
  say(1, "changed");
  say(2, "changed");
  assertEquals(log.messages.slice(2), ["INFO server: changed"]);
  clock.now += 60_000;
  say(3, "changed");
  assertEquals(log.messages.slice(3), ["INFO server: changed"]);
});

Deno.test("CommonLines writes each time that a bus is away, once for all workers, however soon it is so again", () => {
  using log = new CapturedLog();
  const { clock, say } = stage();
  const times = 3;
  // The third one is always behind, and does not see the last time.
  for (let time = 0; time < times; time++) {
    clock.now += 500;
    for (const line of ["away", "there again"]) {
      for (const worker of [1, 2]) say(worker, line);
      if (time > 0) say(3, line);
    }
  }
  const messages = Array.from(
    { length: times },
    () => ["INFO server: away", "INFO server: there again"],
  );
  assertEquals(log.messages, messages.flat());
  // One that says it by itself again means it.
  clock.now += 4_000;
  say(2, "away");
  say(1, "away");
  assertEquals(log.messages.slice(2 * times), ["INFO server: away"]);
});

Deno.test("CommonLines writes the same of two routes", () => {
  using log = new CapturedLog();
  const lines = new CommonLines(() => 0);
  for (const [worker, route] of [[1, "/a"], [1, "/b"], [2, "/a"], [2, "/b"]] as const) {
    const associated = { route };
    lines.take(worker, { level: "info", category: "process", message: "cannot wait", associated });
  }
  assertEquals(log.lines.map((line) => /route:'([^']*)'/.exec(line)?.[1]), ["/a", "/b"]);
});

Deno.test("CommonLines writes what is said after a thousand other lines", () => {
  using log = new CapturedLog();
  const { say } = stage();
  for (let number = 0; number < 1_001; number++) say(1, `${number}`);
  say(2, "0");
  say(2, "1000");
  assertEquals(log.messages.slice(1_001), ["INFO server: 0"]);
});
