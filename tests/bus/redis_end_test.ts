import { assert, assertEquals, assertMatch } from "@std/assert";
import { CapturedLog } from "../base/captured_log.ts";
import { bytes, Heard, knows, Watched } from "./contract/heard.ts";
import { RedisSite } from "./redis_site.ts";

Deno.test("RedisBus that is disposed while Redis is silent does not wait for it, nor say that it is away", async () => {
  using log = new CapturedLog();
  // Long: it is not to be said that nobody answers before it is disposed.
  await using site = await RedisSite.open("ttl=10s");
  const bus = await site.join();
  using watched = new Watched(bus);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const proxy = site.proxyOf(bus);
  proxy.lead(`redis://127.0.0.1:${silent.addr.port}`);
  proxy.cut();
  await watched.until("away");
  using _one = await silent.accept();
  using _two = await silent.accept();
  await bus[Symbol.asyncDispose]();
  assertEquals(log.messages.length, 1);
  assertMatch(log.messages[0] ?? "", /^ERROR server: The bus redis:\S+ is away: /);
});

Deno.test("RedisBus that has left is not said to be there again, however slow the way to Redis", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(two, one);
  using watched = new Watched(two);
  using heard = await Heard.to(two, "room");
  const proxy = site.proxyOf(one);
  // Within there and back, it would say several times that it is there.
  proxy.slow({ latency: 400 });
  const arrived = proxy.ended();
  await one[Symbol.asyncDispose]();
  await arrived;
  assert(await two.publish("room", bytes("end"), { count: 1, keep: 1 }));
  await heard.until("end");
  assertEquals(watched.events, [`left:${one.self}`]);
});
