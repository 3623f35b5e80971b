import { assertEquals, assertRejects } from "@std/assert";
import { Log } from "../../../lib/base/log.ts";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import type { Sole } from "../../../lib/contract.ts";
import { Runs } from "../../../lib/gate/relay/runs.ts";
import { CapturedLog } from "../../base/captured_log.ts";

Deno.test("Runs.keepAhead() gives back what is not wanted any more, also where nothing runs of it", async () => {
  await using buses = new MemoryBuses();
  const [here, there] = [buses.join(), buses.join()];
  const runs = new Runs(here, new Log());
  const held = Promise.withResolvers<() => void>();
  const sole: Sole = {
    key: "a",
    isAhead: true,
    hold: held.resolve,
    revoke: () => Promise.resolve(),
  };
  runs.keepAhead(new Map([["run:a", sole]]));
  const idle = await held.promise;
  idle();
  assertEquals((await there.claim("run:a")).peer, here.self);
  runs.keepAhead(new Map());
  assertEquals((await there.claim("run:a")).peer, there.self);
  await runs.handOver(true);
});

Deno.test("Runs.keepAhead() has another handler of a route run what this server holds", async () => {
  await using buses = new MemoryBuses();
  const runs = new Runs(buses.join(), new Log());
  const soleOf = (hold: () => void): Sole => {
    return { key: "a", isAhead: true, hold, revoke: () => Promise.resolve() };
  };
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  runs.keepAhead(new Map([["run:a", soleOf(first.resolve)]]));
  await first.promise;
  runs.keepAhead(new Map([["run:a", soleOf(second.resolve)]]));
  await second.promise;
  await runs.handOver(true);
});

Deno.test("Runs.handOver() is held up by no handler that fails to end what it runs", async () => {
  using log = new CapturedLog();
  await using buses = new MemoryBuses();
  const [here, there] = [buses.join(), buses.join()];
  const runs = new Runs(here, new Log());
  const sole: Sole = {
    key: "a",
    isAhead: false,
    hold() {},
    revoke: () => Promise.reject(new Error("it does not end")),
  };
  assertEquals((await runs.find("run:a", sole)).peer, here.self);
  await runs.handOver(true);
  assertEquals((await there.claim("run:a")).peer, there.self);
  assertEquals(log.messages, ["ERROR session: The handler failed: it does not end"]);
});

Deno.test("Runs.find() gives back what its handler fails to begin", async () => {
  await using buses = new MemoryBuses();
  const [here, there] = [buses.join(), buses.join()];
  const runs = new Runs(here, new Log());
  const sole: Sole = {
    key: "a",
    isAhead: false,
    hold() {
      throw new Error("it does not begin");
    },
    revoke: () => Promise.resolve(),
  };
  await assertRejects(() => runs.find("run:a", sole), Error, "it does not begin");
  assertEquals((await there.claim("run:a")).peer, there.self);
  await runs.handOver(true);
});
