import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAX_BUS_QUEUE } from "../../../lib/base/limits.ts";
import { Log } from "../../../lib/base/log.ts";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { bytes, Heard, knows, Watched } from "../contract/heard.ts";
import { Gate } from "./gate.ts";

Deno.test("LocalBus.cast() drops what is too much for an engine that does not read, and says so once", async () => {
  using log = new CapturedLog();
  await using buses = new MemoryBuses({ log: new Log() });
  const gate = new Gate();
  const [stopped, other] = [buses.join(gate.carry), buses.join()];
  using heard = await Heard.to(other, "room");
  gate.shut();
  const [count, size] = [20, 1024 * 1024];
  for (let at = 0; at < count; at++) stopped.cast("room", new Uint8Array(size));
  assert(stopped.bufferedAmount <= MAX_BUS_QUEUE, `${stopped.bufferedAmount} bytes wait`);
  const { uncast = 0 } = stopped.figures;
  assert(uncast >= 4, `${uncast} were dropped`);
  gate.open();
  await stopped.drained(0);
  stopped.cast("room", bytes("after"));
  await heard.until("cast:after");
  assertEquals(heard.events.length, 1 + count - uncast + 1);
  assertEquals(log.messages.length, 1);
  assertMatch(log.messages[0] ?? "", /^ERROR server: Cannot cast on the bus: \d+ bytes wait/);
});

Deno.test("LocalBus goes on for others where one who watches fails", async () => {
  using log = new CapturedLog();
  await using buses = new MemoryBuses({ log: new Log() });
  const [one, other] = [buses.join(), buses.join()];
  await knows(one, other);
  const fails = () => {
    throw new Error("a mistake");
  };
  using _fails = one.watch({ left: fails, away: fails, back: fails, joined: fails });
  using watched = new Watched(one);
  buses.cut(one);
  await watched.until("away");
  buses.mend(one);
  await watched.until("back");
  await watched.until(`joined:${other.self}`);
  assert(log.messages.length >= 4);
  for (const line of log.messages) {
    assertMatch(line, /^ERROR server: What the bus has brought failed: a mistake/);
  }
});
