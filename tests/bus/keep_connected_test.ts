import { assert, assertEquals } from "@std/assert";
import { keepConnected } from "../../lib/bus/redis/keep_connected.ts";
import { FakeTimers } from "../base/fake_timers.ts";

/** How often it connects in a minute where each connection ends as soon as it is there. */
async function attempts(why: string): Promise<number> {
  using timers = new FakeTimers();
  const over = new AbortController();
  let [made, back] = [0, 0];
  const running = keepConnected(undefined, {
    connect() {
      made++;
      return Promise.resolve({ ended: Promise.resolve(why) });
    },
    away() {},
    back: () => void back++,
    failed() {},
    hurry: 5_000,
    isFutile: (why) => why === "no room",
    signal: over.signal,
    now: () => timers.now,
  });
  await timers.pass(60_000);
  over.abort();
  await running;
  assertEquals(back, made);
  return made;
}

Deno.test("keepConnected() does not come back again and again where that is futile", async () => {
  const [cut, full] = [await attempts("it was cut"), await attempts("no room")];
  assert(full < 50 && cut > 300, `${full}, ${cut}`);
});
