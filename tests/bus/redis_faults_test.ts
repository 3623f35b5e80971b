import { assert, assertEquals } from "@std/assert";
import { aborted, bytes, Heard, knows, Watched } from "./contract/heard.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { Redis } from "../support/redis.ts";
import { RedisSite } from "./redis_site.ts";
import { Talk } from "./talk.ts";

Deno.test("RedisBus loses nothing where Redis is killed that keeps what it has on disk", async () => {
  await using site = await RedisSite.open("ttl=2s", { appendOnly: true });
  const [one, two] = [await site.join(), await site.join()];
  using talk = await Talk.begin([one, two]);
  for (let round = 0; round < 3; round++) {
    using watched = new Watched(one);
    await talk.say(50);
    await site.redis.crash();
    await watched.until("away");
    await talk.say(50);
    await site.redis.restart();
    await talk.say(50);
    assertEquals(await talk.settled(), 0);
  }
  await talk.end();
  assertEquals(talk.check(), [false, false]);
});

Deno.test("RedisBus says what is lost where Redis is killed that keeps nothing", async () => {
  await using site = await RedisSite.open();
  const [one, two] = [await site.join(), await site.join()];
  using talk = await Talk.begin([one, two]);
  using watched = new Watched(one);
  await talk.say(50);
  assertEquals(await talk.settled(), 0);
  await site.redis.crash();
  await watched.until("away");
  await talk.say(50);
  await site.redis.restart();
  await talk.say(50);
  await talk.end();
  assertEquals(await talk.settled(), 0);
  assertEquals(talk.check(), [true, true]);
  for (const heard of talk.heard) {
    const lost = heard.events.indexOf("lost:undefined");
    const logs = heard.entries.map(({ mark }) => mark.log);
    assertEquals(new Set(logs).size, 2, heard.events[lost]);
  }
});

Deno.test("RedisBus is away while Redis is stopped for longer than any time limit", async () => {
  await using site = await RedisSite.open("ttl=1s");
  const [one, two] = [await site.join(), await site.join()];
  const claim = await one.claim("name");
  using talk = await Talk.begin([one, two]);
  using watched = new Watched(one);
  await talk.say(20);
  site.redis.kill("SIGSTOP");
  await watched.until("away");
  await talk.say(20);
  await aborted(claim.over);
  await watched.until(`left:${two.self}`);
  site.redis.kill("SIGCONT");
  await watched.until("back");
  await talk.end();
  assertEquals(await talk.settled(), 0);
  assertEquals(talk.check(), [false, false]);
  assertEquals(one.figures, { published: 41, dropped: 0, delivered: 82, lost: 0, uncast: 0 });
  const again = await two.claim("name");
  assert(again.fence > claim.fence);
});

Deno.test("RedisBus says that something is lost where Redis was flushed, and goes on", async () => {
  using log = new CapturedLog();
  // It is seen as that only by servers that were not silent for so long themselves.
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  const claim = await one.claim("name");
  using quiet = await Heard.to(two, "quiet");
  using talk = await Talk.begin([one, two]);
  await talk.say(50);
  assertEquals(await site.redis.cli("FLUSHALL"), "OK");
  await talk.say(50);
  await quiet.until("lost:undefined");
  await talk.end();
  assertEquals(await talk.settled(), 0);
  assertEquals(talk.check(), [true, true]);
  // Whoever holds a name says so again.
  assertEquals((await two.claim("name")).peer, one.self);
  assertEquals(claim.over.aborted, false);
  // Whoever learns that later has given up what was on its way.
  await log.until(/has lost its memory/, 2);
  using watched = new Watched(two);
  // What crosses while they learn of each other again may be dropped, and its sender is told so.
  using _again = one.watch({ joined: () => one.send(two.self, bytes("hello")) });
  one.send(two.self, bytes("hello"));
  await watched.until(`${one.self}:hello`);
});

Deno.test("RedisBus says that something may be lost where a replica takes over that has not all", async () => {
  await using site = await RedisSite.open();
  await using between = new CuttingProxy(site.redis.url);
  const master = `127.0.0.1 ${new URL(between.url).port}`;
  await using replica = await Redis.start({ args: ["--replicaof", master] });
  await replica.said(/MASTER <-> REPLICA sync: Finished/);
  const [one, two] = [await site.join(), await site.join()];
  using talk = await Talk.begin([one, two]);
  using kept = await Heard.to(two, "kept");
  await one.publish("kept", bytes("a"), { count: 1, keep: 1 });
  await talk.say(20);
  assertEquals(await talk.settled(), 0);
  await site.redis.cli("WAIT", "1", "10000");
  between.stop();
  // These it will not get.
  await talk.say(20);
  assertEquals(await talk.settled(), 0);
  using watched = new Watched(one);
  await site.redis.crash();
  await watched.until("away");
  between.cut();
  for (const bus of [one, two]) site.proxyOf(bus).lead(replica.url);
  await talk.say(20);
  // As long as it is a replica, nobody takes it for the engine.
  assert(one.isAway);
  assertEquals(await replica.cli("REPLICAOF", "NO", "ONE"), "OK");
  await watched.until("back");
  await talk.end();
  assertEquals(await talk.settled(), 0);
  talk.check();
  for (const heard of talk.heard) {
    assertEquals(heard.events.filter((event) => event === "lost:undefined").length, 1);
  }
  await one.publish("kept", bytes("b"), { count: 1, keep: 1 });
  await kept.until("b");
  assertEquals(kept.events, ["began", "a", "b"]);
});

Deno.test("RedisBus loses nothing over a network that is cut again and again, or stands still", async () => {
  await using site = await RedisSite.open("ttl=2s");
  const buses = [await site.join(), await site.join(), await site.join()] as const;
  using talk = await Talk.begin(buses);
  for (let round = 0; round < 12; round++) {
    const proxy = site.proxyOf(buses[round % 3 as 0 | 1 | 2]);
    if (round % 4 === 3) {
      proxy.stop();
      await talk.say(15);
      proxy.go();
    } else proxy.cut();
    await talk.say(15);
  }
  await talk.end();
  assertEquals(await talk.settled(), 0);
  assertEquals(talk.check(), [false, false, false]);
});

Deno.test("RedisBus sends to another server once and in order over a network that is cut", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(two);
  const count = 600;
  for (let at = 0; at < count; at++) {
    one.send(two.self, bytes(String(at)));
    if (at % 100 === 50) site.proxyOf(at % 200 === 50 ? one : two).cut();
    if (at % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await watched.until(`${one.self}:${count - 1}`);
  const received = watched.events.filter((event) => !["away", "back"].includes(event));
  assertEquals(received, Array.from({ length: count }, (_, at) => `${one.self}:${at}`));
  await one.drained(0);
  assertEquals(one.bufferedAmount, 0);
});

Deno.test("RedisBus says of a server that it has left where Redis has forgotten what it has sent", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(one, two);
  await knows(two, one);
  using here = new Watched(one);
  using there = new Watched(two);
  one.send(two.self, bytes("a"));
  await there.until(`${one.self}:a`);
  await site.cut(two);
  await there.until("away");
  // It lies in an inbox that nobody reads, until Redis forgets it.
  one.send(two.self, bytes("lost"));
  await one.drained(0);
  assertEquals(await site.redis.cli("DEL", `stdws:{servers}:${two.self}`), "1");
  // As long as there is no inbox, this waits; then it shows that one is missing.
  one.send(two.self, bytes("b"));
  await site.mend(two);
  await here.until(`joined:${two.self}`);
  one.send(two.self, bytes("c"));
  await there.until(`${one.self}:c`);
  const told = [`left:${one.self}`, `joined:${one.self}`];
  assertEquals(there.events.filter((event) => event.includes(one.self)), [
    `${one.self}:a`,
    ...told,
    `${one.self}:c`,
  ]);
  assertEquals(here.events, [`left:${two.self}`, `joined:${two.self}`]);
});

Deno.test("RedisBus takes no name from its holder where Redis was flushed, before anybody has noticed that", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  using held = await one.claim("name");
  assertEquals((await two.claim("name")).fence, held.fence);
  assertEquals(await site.redis.cli("FLUSHALL"), "OK");
  const again = await two.claim("name");
  assertEquals([again.peer, again.fence], [one.self, held.fence]);
  assertEquals(held.over.aborted, false);
});

for (const who of ["has just started", "has never asked for it"]) {
  Deno.test(`RedisBus that ${who} takes no name from its holder where Redis was flushed`, async () => {
    await using site = await RedisSite.open("ttl=8s");
    const [one, two] = [await site.join(), await site.join()];
    using held = await one.claim("name");
    // Otherwise it may have said so before the other one asks.
    site.proxyOf(one).slow({ latency: 500 }, "up");
    assertEquals(await site.redis.cli("FLUSHALL"), "OK");
    const other = who === "has just started" ? await site.join() : two;
    const claim = await other.claim("name");
    assertEquals([claim.peer, claim.fence], [one.self, held.fence]);
    assertEquals(held.over.aborted, false);
  });
}

Deno.test("RedisBus that has just started takes no name from its holder where Redis was killed and keeps nothing", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const one = await site.join();
  using held = await one.claim("name");
  await site.cut(one);
  await site.redis.crash();
  await site.redis.restart();
  const other = await site.join();
  await site.mend(one);
  const claim = await other.claim("name");
  assertEquals([claim.peer, claim.fence], [one.self, held.fence]);
  assertEquals(held.over.aborted, false);
});

Deno.test("RedisBus has nobody wait for a name in a Redis that is not as young as a claim, and forgot nothing", async () => {
  await using site = await RedisSite.open("ttl=1s");
  // It says so in whole seconds.
  while (!/uptime_in_seconds:[2-9]/.test(await site.redis.cli("INFO", "server"))) {
    await site.redis.cli("BLPOP", "nothing", "1");
  }
  const free = async () =>
    Number((await site.redis.cli("GET", "stdws:{servers}:mark")).split(" ")[1]);
  const now = async () => Number((await site.redis.cli("TIME")).split(/\s/)[0]) * 1_000 + 1_000;
  const one = await site.join();
  assertEquals((await one.claim("name")).peer, one.self);
  const first = await free();
  assert(first <= await now(), String(first));
  await knows(one, await site.join());
  assertEquals(await free(), first);
});

Deno.test("RedisBus says of servers that they have left where Redis was flushed, although nothing more is sent", async () => {
  await using site = await RedisSite.open("ttl=8s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(one, two);
  await knows(two, one);
  using here = new Watched(one);
  using there = new Watched(two);
  one.send(two.self, bytes("a"));
  await there.until(`${one.self}:a`);
  await site.cut(two);
  await there.until("away");
  one.send(two.self, bytes("lost"));
  await one.drained(0);
  assertEquals(await site.redis.cli("FLUSHALL"), "OK");
  await site.mend(two);
  await there.until(`left:${one.self}`);
  await here.until(`left:${two.self}`);
  // As long as it does not know the other one again, it sends that nothing.
  using _again = two.watch({ joined: () => two.send(one.self, bytes("b")) });
  two.send(one.self, bytes("b"));
  await here.until(`${two.self}:b`);
  assert(!there.events.includes(`${one.self}:lost`));
});

Deno.test("RedisBus is away where Redis takes nothing more, and says what it has dropped", async () => {
  await using site = await RedisSite.open("ttl=1s&retention=1s");
  const bus = await site.join();
  using heard = await Heard.to(bus, "room");
  using watched = new Watched(bus);
  await site.redis.cli("CONFIG", "SET", "maxmemory", "1");
  const waits = bus.publish("room", bytes("a"), { count: 1, keep: 1 });
  await watched.until("away");
  // Also of a topic that is not there yet, and although the server is not known any more.
  const other = bus.publish("other", bytes("a"), { count: 1, keep: 1 });
  assertEquals([await waits, await other], [undefined, undefined]);
  assertEquals(bus.figures.dropped, 2);
  await site.redis.cli("CONFIG", "SET", "maxmemory", "0");
  await watched.until("back");
  assert(await bus.publish("room", bytes("b"), { count: 1, keep: 1 }));
  await heard.until("b");
});

Deno.test("RedisBus is away where the disk of Redis is full, until it is not", async () => {
  // A file of Redis may have some blocks of 1,024 bytes, and no signal says that there are no more.
  const through = ["bash", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "bash"];
  await using site = await RedisSite.open("ttl=1s", {
    appendOnly: true,
    args: ["--appendfsync", "everysec"],
    through,
  });
  const bus = await site.join();
  using heard = await Heard.to(bus, "room");
  using watched = new Watched(bus);
  const placed = [];
  const away = watched.until("away");
  while (!bus.isAway) {
    placed.push(bus.publish("room", new Uint8Array(4_096), { count: 1, keep: 1 }));
    await Promise.race([placed.at(-1), away]);
  }
  await away;
  placed.push(bus.publish("room", bytes("end"), { count: 1, keep: 1 }));
  // There is room again where it writes nothing.
  await site.redis.cli("CONFIG", "SET", "appendonly", "no");
  await watched.until("back");
  assertEquals((await Promise.all(placed)).filter((mark) => !mark), []);
  await heard.until("end");
  assertEquals(heard.entries.length, placed.length);
});
