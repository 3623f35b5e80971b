import { assertEquals } from "@std/assert";
import { ResetWatch } from "../../lib/listen/reset_watch.ts";

/** A watch over as many descriptors, and at the time, that a test says. */
function watching() {
  const system = { left: 240, now: 0 };
  const watch = new ResetWatch({ descriptors: system, now: () => system.now });
  return { system, watch };
}

Deno.test("ResetWatch expects more resets for ten seconds after one", () => {
  const { system, watch } = watching();
  assertEquals(watch.lately, false);
  watch.seen();
  system.now = 9_999;
  assertEquals(watch.lately, true);
  system.now = 10_000;
  assertEquals(watch.lately, false);
});

Deno.test("ResetWatch takes sockets that do not open for resets, where there are more than 64", () => {
  const { watch } = watching();
  for (let count = 0; count < 64; count++) watch.answered(new EventTarget());
  assertEquals(watch.lately, false);
  watch.answered(new EventTarget());
  assertEquals(watch.lately, true);
});

Deno.test("ResetWatch does not mind sockets that open, nor how many did not in hours", () => {
  const { system, watch } = watching();
  for (let count = 0; count < 1000; count++) {
    const socket = new EventTarget();
    watch.answered(socket);
    socket.dispatchEvent(new Event("open"));
    system.now += 60_000;
    watch.answered(new EventTarget());
  }
  assertEquals(watch.lately, false);
});

Deno.test("ResetWatch keeps a quarter of the descriptors from those who reset", () => {
  const { system, watch } = watching();
  system.left = 59;
  assertEquals(watch.refuses, false);
  watch.seen();
  assertEquals(watch.refuses, true);
  system.now = 10_000;
  assertEquals(watch.refuses, false);
});

Deno.test("ResetWatch does not refuse while more than a quarter is left", () => {
  const { system, watch } = watching();
  watch.seen();
  assertEquals(watch.refuses, false);
  system.left = 61;
  // It counts before those that were left can be gone.
  for (let count = 0; count < 30; count++) assertEquals(watch.refuses, false);
  system.left = 59;
  assertEquals(watch.refuses, true);
});

Deno.test("ResetWatch.turn() gives each its own turn of the event loop, in their order", async () => {
  const { watch } = watching();
  const turns: string[] = [];
  const first = watch.turn().then(() => {
    turns.push("first");
    return Promise.resolve().then(() => turns.push("after the first"));
  });
  const second = watch.turn().then(() => turns.push("second"));
  await Promise.all([first, second]);
  assertEquals(turns, ["first", "after the first", "second"]);
});
