import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BusError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import type { Mark } from "../../lib/base/mark.ts";
import { RedisBus } from "../../lib/bus/redis/redis_bus.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { Certificates } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { lookFor } from "../support/look_for.ts";
import { Redis } from "../support/redis.ts";
import { bytes, Heard, knows, Watched } from "./contract/heard.ts";
import { RedisSite } from "./redis_site.ts";

const ONE = { count: 1, keep: 10 };
const options = { log: new Log() };

// What a stranger may write over a topic, by the command of redis-cli.
const OVERWRITES: readonly (readonly string[])[] = [
  ["SET", "stdws:t:{room}:n", "junk"],
  ["SET", "stdws:t:{room}:s", "junk"],
  ["HSET", "stdws:t:{room}:n", "n", "-1"],
  ["HSET", "stdws:t:{room}:n", "n", "nan"],
  ["HSET", "stdws:t:{room}:n", "n", "0"],
  ["HSET", "stdws:t:{room}:n", "log", "NO LOG"],
  ["HSET", "stdws:t:{room}:n", "run", "another"],
  ["HSET", "stdws:t:{room}:n", "from", "9e99", "base", "x", "bytes", "inf", "cut", "1e308"],
  ["DEL", "stdws:t:{room}:n"],
  ["DEL", "stdws:t:{room}:s"],
  ["XADD", "stdws:t:{room}:s", "999999999-0", "b", "junk"],
  ["XADD", "stdws:t:{room}:s", "18446744073709551615-18446744073709551615", "junk", "junk"],
  ["PEXPIRE", "stdws:t:{room}:n", "1"],
];

for (const words of OVERWRITES) {
  Deno.test(`RedisBus goes on after ${words.join(" ")}, and says what is lost`, async () => {
    await using site = await RedisSite.open();
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(two, "room");
    for (const text of ["a", "b"]) assert(await one.publish("room", bytes(text), ONE));
    await heard.until("b");
    await site.redis.cli(...words);
    for (const text of ["c", "d"]) assert(await one.publish("room", bytes(text), ONE));
    await heard.until("d");
    const rest = heard.events.filter((event) => !event.startsWith("lost"));
    assertEquals(rest, ["began", "a", "b", "c", "d"]);
    using late = await Heard.to(two, "room", { last: 10 });
    assert(await one.publish("room", bytes("e"), ONE));
    await late.until("e");
  });
}

// What a stranger may publish.
const SAYINGS: readonly (readonly [channel: string, message: string])[] = [
  ["stdws:t:{room}", ""],
  ["stdws:t:{room}", "x".repeat(100_000)],
  ["stdws:t:{room}", "e\n"],
  ["stdws:t:{room}", "e log 5 999999999 stranger\nbody"],
  ["stdws:t:{room}", "e log x y z\nbodybody"],
  ["stdws:t:{room}", "l abc\n"],
  ["stdws:t:{room}", "c x\nbody"],
  ["stdws:{servers}", ""],
  ["stdws:{servers}", "j"],
  ["stdws:{servers}", "j <script>"],
  ["stdws:{servers}", "l 0000000000000000"],
  ["stdws:{servers}", "r room"],
];

Deno.test("RedisBus leaves out what a stranger has published, and loses nothing of others", async () => {
  using log = new CapturedLog("error");
  await using site = await RedisSite.open();
  const [one, two] = [await site.join(), await site.join()];
  using heard = await Heard.to(two, "room");
  for (const [at, [channel, message]] of SAYINGS.entries()) {
    await site.redis.cli("PUBLISH", channel, message);
    assert(await one.publish("room", bytes(String(at)), ONE));
    await heard.until(String(at));
  }
  assertEquals(heard.events, ["began", ...SAYINGS.keys().map(String)]);
  await log.until(/topic "room": something else than a message/);
});

for (const count of [1, 1_000_000]) {
  Deno.test(`RedisBus says that something is lost behind ${count} that a stranger has made up`, async () => {
    using log = new CapturedLog("error");
    await using site = await RedisSite.open();
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(two, "room");
    using other = await Heard.to(one, "room");
    const place = await one.publish("room", bytes("a"), ONE);
    await heard.until("a");
    const head = `e ${place?.log} 1 ${1 + count} stranger`;
    const size = [24, 16, 8, 0].map((shift) => `\\${(count >> shift) & 0xff}`).join("");
    const said = `${head}\\n${size}\\0\\0\\0\\1x`;
    await site.redis.cli("EVAL", `return redis.call('PUBLISH', 'stdws:t:{room}', '${said}')`, "0");
    await heard.until("x");
    const isTold = ({ events }: Heard) => events.some((event) => event.startsWith("lost:"));
    for (let at = 0; !isTold(heard) || !isTold(other); at++) {
      assert(at < 1_000, heard.events.join());
      assert(await one.publish("room", bytes(`b${at}`), ONE));
    }
    assert(await one.publish("room", bytes("c"), ONE));
    await heard.until("c");
    await other.until("c");
    await log.until(/topic "room": it has numbers that a stranger has made up/);
  });
}

Deno.test("RedisBus does not take for said what a stranger says that it has said", async () => {
  await using site = await RedisSite.open();
  const [one, two] = [await site.join(), await site.join()];
  using heard = await Heard.to(two, "room");
  for (const text of ["a", "b"]) {
    await site.redis.cli("SET", `stdws:t:{room}:${one.self}`, "99999999999999999999 x 1 2");
    assert(await one.publish("room", bytes(text), ONE));
    await heard.until(text);
  }
  assertEquals(heard.events, ["began", "a", "b"]);
});

Deno.test("Servers agree on a log that a stranger has renamed", async () => {
  await using site = await RedisSite.open("ttl=1m");
  const buses = [await site.join(), await site.join(), await site.join()];
  const heard = await Promise.all(buses.map((bus) => Heard.to(bus, "room")));
  const [one] = buses as [RedisBus];
  for (let at = 0; at < 3; at++) {
    assert(await one.publish("room", bytes(`a${at}`), ONE));
    await Promise.all(heard.map((listener) => listener.until(`a${at}`)));
    await site.redis.cli("HSET", "stdws:t:{room}:n", "log", `another${at}`);
    assert(await one.publish("room", bytes(`b${at}`), ONE));
    await Promise.all(heard.map((listener) => listener.until(`b${at}`)));
  }
  const marks: (Mark | undefined)[] = [];
  for (let at = 0; at < 20; at++) marks.push(await one.publish("room", bytes(`c${at}`), ONE));
  await Promise.all(heard.map((listener) => listener.until("c19")));
  assertEquals(new Set(marks.map((mark) => mark?.log)).size, 1);
  for (const listener of heard) listener[Symbol.dispose]();
});

Deno.test("RedisBus leaves out what a stranger has put in its inbox, or among the servers", async () => {
  using log = new CapturedLog("error");
  await using site = await RedisSite.open("ttl=4s");
  const [one, two] = [await site.join(), await site.join()];
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(two);
  const inbox = `stdws:{servers}:${two.self}`;
  await site.redis.cli("XADD", inbox, "*", "f", "nobody", "e", "1", "t", "1", "b", "junk");
  await site.redis.cli("XADD", inbox, "*", "f", one.self, "e", "x", "t", "-1", "b", "");
  await site.redis.cli("XADD", inbox, "*", "junk", "junk");
  await site.redis.cli("ZADD", "stdws:{servers}", "inf", "NOBODY", "1e300", "0".repeat(16));
  one.send(two.self, bytes("a"));
  await watched.until(`${one.self}:a`);
  await log.until(/the inbox of this server has an entry that is none of ours/);
  // It makes another, and what was not taken is sent again.
  await site.redis.cli("SET", inbox, "junk");
  one.send(two.self, bytes("b"));
  await watched.until(`${one.self}:b`);
  // Nothing comes behind the last id that there is.
  await site.redis.cli("XADD", inbox, "18446744073709551615-18446744073709551615", "junk", "junk");
  await lookFor(() => {
    if (watched.events.includes(`${one.self}:c`)) return true;
    if (one.peers.has(two.self)) one.send(two.self, bytes("c"));
    return false;
  }, () => `c in: ${watched.events.join()}`);
  await site.redis.cli("SET", "stdws:{servers}", "junk");
  await site.redis.cli("SET", "stdws:c:{name}:c", "junk");
  await site.redis.cli("SADD", "stdws:c:{name}:f", "junk");
  assertEquals((await one.claim("name")).peer, one.self);
});

Deno.test("RedisBus.open() says what the user of a Redis may not", async () => {
  await using redis = await Redis.start();
  await redis.cli("ACL", "SETUSER", "joe", "on", ">secret", "~other:*", "&other:*", "+@all");
  const { port } = redis;
  const refused = async (url: string) => {
    const { message } = await assertRejects(() => RedisBus.open(url, options), BusError);
    assertEquals(message.includes("secret"), false);
    return message;
  };
  assertStringIncludes(await refused(`redis://joe:wrong@127.0.0.1:${port}`), "WRONGPASS");
  assertStringIncludes(await refused(`redis://joe:secret@127.0.0.1:${port}`), "stdws:");
  await using bus = await RedisBus.open(
    `redis://joe:secret@127.0.0.1:${port}?prefix=other:`,
    options,
  );
  assertEquals(bus.name, `redis://127.0.0.1:${port}/0`);
  assert(await bus.publish("room", bytes("a"), ONE));
  assertStringIncludes(await refused(`redis://127.0.0.1:${port}/99`), "DB index");
});

Deno.test("RedisBus needs no more than the ACL of its documentation", async () => {
  const page = await Deno.readTextFile(new URL("../../lib/bus/redis/README.md", import.meta.url));
  const [, rule = ""] = /^ACL SETUSER stdws on >PASSWORD (.+)$/m.exec(page) ?? [];
  await using redis = await Redis.start();
  await redis.cli("ACL", "SETUSER", "stdws", "on", ">secret", ...rule.split(" "));
  const url = `redis://stdws:secret@127.0.0.1:${redis.port}`;
  using log = new CapturedLog("error");
  await using one = await RedisBus.open(url, options);
  await using two = await RedisBus.open(url, options);
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(two);
  one.send(two.self, bytes("a"));
  await watched.until(`${one.self}:a`);
  const heard = await Heard.to(two, "room", { last: 1 });
  one.cast("room", bytes("b"));
  assert(await one.publish("room", bytes("c"), ONE));
  await heard.until("c");
  heard[Symbol.dispose]();
  const claim = await one.claim("name");
  assertEquals((await two.claim("name")).peer, one.self);
  claim[Symbol.dispose]();
  assertEquals(log.messages, []);
});

Deno.test("RedisBus.open() begins away where there is no Redis yet", async () => {
  using log = new CapturedLog("error");
  const port = freePort();
  await using bus = await RedisBus.open(`redis://:secret@127.0.0.1:${port}`, options);
  assertEquals(bus.isAway, true);
  assertEquals(log.messages.length, 1);
  assertStringIncludes(log.messages[0] ?? "", `Cannot reach the bus redis://127.0.0.1:${port}/0:`);
  assertEquals(log.messages[0]?.includes("secret"), false);
});

Deno.test("RedisBus speaks TLS with a Redis whose certificate an authority of a file has signed", async () => {
  await using certificates = await Certificates.make();
  const { cert, key } = await certificates.server();
  const port = freePort();
  await using _redis = await Redis.start({
    args: [
      ...["--tls-port", String(port), "--tls-auth-clients", "no"],
      ...["--tls-cert-file", cert, "--tls-key-file", key],
    ],
  });
  const { message } = await assertRejects(
    () => RedisBus.open(`rediss://127.0.0.1:${port}`, options),
    BusError,
  );
  assertStringIncludes(message, "ertificate");
  await assertRejects(
    () => RedisBus.open(`rediss://127.0.0.1:${port}?ca=/none`, options),
    BusError,
  );
  const url = `rediss://localhost:${port}?ca=${encodeURIComponent(certificates.ca.cert)}`;
  await using bus = await RedisBus.open(url, options);
  assert(await bus.publish("room", bytes("a"), ONE));
});

Deno.test("RedisBus joins a Redis over a Unix socket", async () => {
  await using redis = await Redis.start({ args: ["--unixsocket", "redis.sock"] });
  await using bus = await RedisBus.open(`redis+unix://${redis.folder.path}/redis.sock`, options);
  assertEquals(bus.isAway, false);
  assert(await bus.publish("room", bytes("a"), ONE));
});

Deno.test("RedisBus keeps no more of a topic than its terms say, and nothing after its retention", async () => {
  await using site = await RedisSite.open("maxbytes=64K&maxlen=10&retention=3s");
  const [one, two] = [await site.join(), await site.join()];
  for (let at = 0; at < 100; at++) {
    assert(await one.publish("large", new Uint8Array(10_000), { count: 1, keep: 1_000 }));
  }
  using large = await Heard.to(two, "large", { last: 1_000 });
  for (let at = 0; at < 500; at++) {
    assert(await one.publish("small", new Uint8Array(1), { count: 1, keep: 1 }));
  }
  using small = await Heard.to(two, "small", { last: 1_000 });
  assert(large.entries.length >= 3 && large.entries.length <= 7, String(large.entries.length));
  assert(small.entries.length >= 10 && small.entries.length < 200, String(small.entries.length));
  // Whoever listens keeps what is there.
  assert(await one.publish("gone", bytes("a"), ONE));
  const isGone = async () => await site.redis.cli("EXISTS", "stdws:t:{gone}:s") === "0";
  await lookFor(isGone, () => "the end of what nobody listens to");
  assertEquals(await site.redis.cli("EXISTS", "stdws:t:{small}:s", "stdws:t:{large}:n"), "2");
});
