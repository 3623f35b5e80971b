import { assertEquals } from "@std/assert";
import { Heartbeat } from "../../lib/bus/redis/heartbeat.ts";
import { RedisKeys } from "../../lib/bus/redis/redis_keys.ts";
import type { RedisLink } from "../../lib/bus/redis/redis_link.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";
import { settle } from "../base/fake_timers.ts";

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

Deno.test("Heartbeat reads an inbox that was slow in smaller parts, and in larger ones again when it answers", async () => {
  const heartbeat = new Heartbeat({
    self: "0".repeat(16),
    keys: new RedisKeys("stdws:"),
    // Whatever does not answer at once counts as broken.
    terms: { ...parseRedisUrl("redis://one"), ttl: 0 },
    underWay: () => 0,
    there() {},
    take() {},
    forgotten() {},
    marked() {},
  });
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
