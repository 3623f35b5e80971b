import { assertEquals } from "@std/assert";
import { RedisKeys } from "../../lib/bus/redis/redis_keys.ts";
import type { RedisLink } from "../../lib/bus/redis/redis_link.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";
import { packItems } from "../../lib/bus/redis/shipment.ts";
import { TopicFeed } from "../../lib/bus/redis/topic_feed.ts";
import { bytes, Heard } from "./contract/heard.ts";

Deno.test("TopicFeed brings what was said between the answer of Redis and its beginning at once", async () => {
  const feed = new TopicFeed({
    topic: "room",
    self: "0".repeat(16),
    keys: new RedisKeys("stdws:"),
    terms: parseRedisUrl("redis://one"),
    count() {},
    odd() {},
  });
  const body = packItems([{ count: 1, payload: bytes("a") }]);
  const head = bytes("e log 0 1 other\n");
  const stored = ["1-0", ["f", bytes("other"), "p", bytes("0"), "b", body]];
  const link = {
    run: "run",
    script(name: string) {
      if (name === "after") return Promise.resolve(["log", "1", "0", "0", [stored], 1]);
      // Its answer and the message come in one piece.
      queueMicrotask(() => feed.take(new Uint8Array([...head, ...body])));
      return Promise.resolve(["log", "0", "0", "0", []]);
    },
  } as unknown as RedisLink;
  feed.up(link);
  const heard = new Heard();
  feed.add(heard, {});
  await heard.until("a");
  assertEquals(heard.events, ["began", "a"]);
});
