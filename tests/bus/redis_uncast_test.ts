import { assert, assertEquals, assertMatch } from "@std/assert";
import { CapturedLog } from "../base/captured_log.ts";
import { Heard } from "./contract/heard.ts";
import { RedisSite } from "./redis_site.ts";

const MIB = 1024 * 1024;

Deno.test("RedisBus.cast() drops what is too much, counts it, and says so once", async () => {
  using log = new CapturedLog("error");
  // What is cast while Redis is taken for away, because so much takes it long, is dropped as well.
  await using site = await RedisSite.open("ttl=10s");
  const [one, two] = [await site.join(), await site.join()];
  using heard = await Heard.to(two, "room");
  // In one turn, so that nothing of it has gone.
  for (let count = 0; count < 40; count++) one.cast("room", new Uint8Array(MIB));
  const { uncast = 0 } = one.figures;
  assert(uncast >= 24, `${uncast} of 40 were dropped`);
  assert(one.bufferedAmount <= 17 * MIB, `${one.bufferedAmount} bytes wait`);
  await one.drained(0);
  one.cast("room", new TextEncoder().encode("after"));
  await heard.until("cast:after");
  assertEquals(heard.events.filter((event) => event.startsWith("cast:\0")).length, 40 - uncast);
  assertEquals(one.figures.uncast, uncast);
  assertEquals(two.figures.uncast, 0);
  const said = log.messages.filter((line) => line.includes("Cannot cast"));
  assertEquals(said.length, 1);
  assertMatch(
    said[0] ?? "",
    /^ERROR server: Cannot cast on the bus: \d+ bytes wait for redis:\/\/\S+ already$/,
  );
});
