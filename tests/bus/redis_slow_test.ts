import { assert, assertEquals } from "@std/assert";
import type { Claim } from "../../lib/bus/bus.ts";
import type { RedisBus } from "../../lib/bus/redis/redis_bus.ts";
import type { Slowness, Way } from "../support/cutting_proxy.ts";
import { aborted, bytes, Heard, knows, Watched } from "./contract/heard.ts";
import { RedisSite } from "./redis_site.ts";
import { Talk } from "./talk.ts";

const ONE = { count: 1, keep: 10 };

// Ways to Redis over which servers are one, with a `ttl` of 8 s.
const SLOW: readonly (readonly [what: string, slowness: Slowness, ...ways: Way[]])[] = [
  ["takes 50 ms", { latency: 50 }],
  ["takes 500 ms", { latency: 500 }],
  ["takes more than a third of ttl one way", { latency: 2_700 }, "up"],
  ["takes more than a third of ttl the other way", { latency: 2_700 }, "down"],
  ["takes as long as it likes", { latency: 20, jitter: 400 }],
  ["trickles", { rate: 8_000 }],
];

for (const [what, ...slowness] of SLOW) {
  Deno.test(`RedisBus loses nothing, and stays, where the way to Redis ${what}`, async () => {
    await using site = await RedisSite.open("ttl=8s");
    const [one, two] = [await site.join(), await site.join()];
    await knows(one, two);
    await knows(two, one);
    const claim = await one.claim("name");
    using talk = await Talk.begin([one, two]);
    using here = new Watched(one);
    using there = new Watched(two);
    site.proxyOf(one).slow(...slowness);
    await talk.say(30);
    for (let at = 0; at < 30; at++) one.send(two.self, bytes(String(at)));
    const seen = await two.claim("name");
    assertEquals([seen.peer, seen.fence], [one.self, claim.fence]);
    assertEquals(await talk.settled(), 0);
    await talk.end();
    assertEquals(talk.check(), [false, false]);
    await there.until(`${one.self}:29`);
    assertEquals(there.events, Array.from({ length: 30 }, (_, at) => `${one.self}:${at}`));
    assertEquals(here.events, []);
    assertEquals([claim.over.aborted, seen.over.aborted], [false, false]);
  });
}

for (const way of ["up", "down"] as const) {
  Deno.test(`RedisBus gives up a name in time where nothing comes ${way} to Redis within ttl`, async () => {
    await using site = await RedisSite.open("ttl=2s");
    const [one, two] = [await site.join(), await site.join()];
    using talk = await Talk.begin([one, two]);
    const first = await one.claim("name");
    using watched = new Watched(one);
    const order: string[] = [];
    first.over.addEventListener("abort", () => order.push("given up"));
    site.proxyOf(one).slow({ latency: 3_000 }, way);
    await talk.say(30);
    let claim = await two.claim("name");
    while (claim.peer !== two.self) {
      await aborted(claim.over);
      claim = await two.claim("name");
    }
    order.push("taken");
    assertEquals(order, ["given up", "taken"]);
    assert(claim.fence > first.fence);
    await watched.until("away");
    await talk.say(30);
    site.proxyOf(one).slow({});
    await watched.until("back");
    await talk.end();
    assertEquals(await talk.settled(), 0);
    assertEquals(talk.check(), [false, false]);
    assertEquals((await one.claim("name")).fence, claim.fence);
    assertEquals(claim.over.aborted, false);
  });
}

Deno.test("RedisBus that has given back a name does not hold it where Redis hears late of a renewal", async () => {
  await using site = await RedisSite.open("ttl=2s");
  const [one, two] = [await site.join(), await site.join()];
  using watched = new Watched(one);
  const claim = await one.claim("name");
  const { arrived } = await slowUntilAway(site, one, watched);
  claim[Symbol.dispose]();
  await arrived;
  assertEquals((await two.claim("name")).peer, two.self);
});

Deno.test("RedisBus keeps a name where Redis hears late that it was asked for", async () => {
  await using site = await RedisSite.open("ttl=6s");
  const [one, two] = [await site.join(), await site.join()];
  using watched = new Watched(one);
  let claiming: Promise<Claim> | undefined;
  const begun = () => claiming = one.claim("name");
  // It keeps it by saying so again in time, also on a busy machine.
  const { arrived } = await slowUntilAway(site, one, watched, { latency: 9_000, begun });
  const claim = await claiming;
  await arrived;
  const seen = await two.claim("name");
  assertEquals([seen.peer, seen.fence], [one.self, claim?.fence]);
});

/** Has what is under way to Redis arrive there after what is said on the next connection; resolves then. */
async function slowUntilAway(
  site: RedisSite,
  bus: RedisBus,
  watched: Watched,
  { latency = 3_000, begun }: { readonly latency?: number; begun?(): void } = {},
): Promise<{ arrived: Promise<void> }> {
  const proxy = site.proxyOf(bus);
  proxy.slow({ latency }, "up");
  begun?.();
  const arrived = proxy.ended();
  await watched.until("away");
  proxy.slow({});
  await watched.until("back");
  return { arrived };
}

Deno.test("RedisBus is away where only the way from its inbox is broken, and takes what has come meanwhile", async () => {
  await using site = await RedisSite.open("ttl=2s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(one, two);
  await knows(two, one);
  using cut = new Watched(two);
  const proxy = site.proxyOf(two);
  proxy.silence("XREAD");
  // What it has asked before would be answered.
  proxy.cut();
  await cut.until("back");
  using there = new Watched(two);
  one.send(two.self, bytes("a"));
  await there.until("away");
  proxy.go();
  one.send(two.self, bytes("b"));
  await there.until(`${one.self}:b`);
  assertEquals(there.events, ["away", "back", `${one.self}:a`, `${one.self}:b`]);
});

for (
  const [what, count, size] of [["a large message", 1, 600_000], [
    "many topics",
    30,
    20_000,
  ]] as const
) {
  Deno.test(`RedisBus brings ${what} over a way to Redis that trickles`, async () => {
    // It takes 3 s, and half of this is how long an answer may take where nothing is under way.
    await using site = await RedisSite.open("ttl=4s");
    const [one, two] = [await site.join(), await site.join()];
    await knows(one, two);
    const heard = await Promise.all(
      Array.from({ length: count }, (_, at) => Heard.to(two, `${at}`)),
    );
    using watched = new Watched(one);
    site.proxyOf(one).slow({ rate: 200_000 });
    const placed = heard.map((_, at) => one.publish(`${at}`, new Uint8Array(size), ONE));
    assertEquals((await Promise.all(placed)).filter((mark) => !mark), []);
    await Promise.all(heard.map((each) => each.untilCount(1)));
    for (const { entries } of heard) assertEquals(entries[0]?.payload.length, size);
    assertEquals(watched.events.filter((event) => event === "away"), []);
    for (const each of heard) each[Symbol.dispose]();
  });
}
