import { assertEquals } from "@std/assert";
import { Heartbeat } from "../../lib/bus/redis/heartbeat.ts";
import { RedisKeys } from "../../lib/bus/redis/redis_keys.ts";
import type { RedisLink } from "../../lib/bus/redis/redis_link.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";

/** A link to a Redis that is none, whose inbox answers so often that there is nothing, and then no more. */
class EmptyLink {
  /** What it was asked for at once, each time. */
  readonly counts: number[] = [];
  readonly #answers: number;
  isBroken = false;

  constructor(answers: number) {
    this.#answers = answers;
  }

  wait(...words: readonly string[]): Promise<null> {
    this.counts.push(Number(words[words.indexOf("COUNT") + 1]));
    return this.counts.length <= this.#answers ? Promise.resolve(null) : new Promise(() => {});
  }

  fail(): void {
    this.isBroken = true;
  }
}

function heartbeatOf({ ttl, now }: { ttl: number; now?: () => number }): Heartbeat {
  return new Heartbeat({
    self: "0".repeat(16),
    keys: new RedisKeys("stdws:"),
    terms: { ...parseRedisUrl("redis://one"), ttl },
    underWay: () => 0,
    there() {},
    take() {},
    forgotten() {},
    marked() {},
    ...(now && { now }),
  });
}

Deno.test("Heartbeat reads an inbox that was slow in smaller parts, and in larger ones again when it answers", async () => {
  // Whatever does not answer at once counts as broken.
  const heartbeat = heartbeatOf({ ttl: 0 });
  const most: (number | undefined)[] = [];
  for (const answers of [0, 0, 1_000, 0]) {
    const link = new EmptyLink(answers);
    heartbeat.listen(link as unknown as RedisLink);
    await settle();
    if (answers > 0) { while (link.counts.length <= answers) await settle(); }
    most.push(link.counts[0], link.counts.at(-1));
    if (answers === 0) heartbeat.look(link as unknown as RedisLink);
    assertEquals(link.isBroken, answers === 0);
  }
  assertEquals(most, [100, 100, 25, 25, 7, 100, 100, 100]);
});

/** A link to a Redis that answers when a test says so. */
class SlowLink {
  readonly run = "run";
  readonly startedBefore = 0;
  failure: string | undefined;
  answer = Promise.withResolvers<unknown>();

  script(): Promise<unknown> {
    return this.answer.promise;
  }

  fail(why: string): void {
    this.failure = why;
    this.answer.reject(new Error(why));
  }
}

const ANSWER = [0, [], "run 0", 0];

Deno.test("Heartbeat does not take Redis, nor all other servers, for gone because its own server stood still", async () => {
  using timers = new FakeTimers();
  let still = 0;
  const heartbeat = heartbeatOf({ ttl: 4_000, now: () => timers.now + still });
  const link = new SlowLink();
  const beating = heartbeat.beat(link as unknown as RedisLink);
  still += 3_600_000;
  // The timers are due, and the answer is read behind them.
  await timers.pass(600);
  assertEquals(link.failure, undefined);
  link.answer.resolve(ANSWER);
  await beating;
  still += 3_600_000;
  assertEquals([heartbeat.isAlone, timers.pending], [false, 0]);
});

Deno.test("Heartbeat ends a link that does not answer while its server runs, and is alone then", async () => {
  using timers = new FakeTimers();
  const heartbeat = heartbeatOf({ ttl: 4_000, now: () => timers.now });
  const first = new SlowLink();
  first.answer.resolve(ANSWER);
  await heartbeat.beat(first as unknown as RedisLink);
  const link = new SlowLink();
  const beating = heartbeat.beat(link as unknown as RedisLink).catch((error) => error.message);
  await timers.pass(1_999);
  assertEquals(link.failure, undefined);
  await timers.pass(1);
  assertEquals([link.failure, await beating], Array(2).fill("it does not answer"));
  for (const isAlone of [false, false, true]) {
    assertEquals(heartbeat.isAlone, isAlone);
    await timers.pass(1_000);
  }
});
