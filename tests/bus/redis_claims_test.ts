import { assertEquals, assertRejects } from "@std/assert";
import { BusError } from "../../lib/base/errors.ts";
import { GIVEN_BACK } from "../../lib/bus/bus.ts";
import { RedisClaims } from "../../lib/bus/redis/redis_claims.ts";
import type { Reply } from "../../lib/bus/redis/redis_client.d.ts";
import { RedisKeys } from "../../lib/bus/redis/redis_keys.ts";
import type { RedisLink } from "../../lib/bus/redis/redis_link.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";

const self = "a".repeat(16);

function claimsOf(self: string): RedisClaims {
  const terms = parseRedisUrl("redis://localhost");
  const keys = new RedisKeys("p:");
  const learn = () => Promise.resolve();
  return new RedisClaims({ self, keys, terms, acceptMs: 1_000, learn });
}

Deno.test("RedisClaims.end() gives back a name that is being claimed, too", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Reply>();
  const released: unknown[] = [];
  const link = {
    command: () => Promise.resolve(""),
    script(name: string, _: unknown, args: readonly unknown[]): Promise<Reply> {
      if (name === "release") return Promise.resolve(released.push(args.slice(0, 2)));
      asked.resolve();
      return answer.promise;
    },
  };
  const claims = claimsOf(self);
  claims.up(link as unknown as RedisLink);
  const claiming = assertRejects(() => claims.claim("name"), BusError, "the bus is closed");
  await asked.promise;
  await claims.end();
  answer.resolve([self, "7"]);
  await claiming;
  assertEquals(released, [[self, "7"]]);
});

Deno.test("RedisClaims tells a name that was given back from one whose holder is gone", async () => {
  const peer = "b".repeat(16);
  const ENDS: [end: (claims: RedisClaims) => void, isGivenBack: boolean][] = [
    [(claims) => claims.released("name"), true],
    [(claims) => claims.left(peer), false],
  ];
  for (const [end, isGivenBack] of ENDS) {
    const link = {
      command: () => Promise.resolve(""),
      script: () => Promise.resolve([peer, "7"]),
    };
    const claims = claimsOf(self);
    claims.up(link as unknown as RedisLink);
    const { over } = await claims.claim("name");
    end(claims);
    assertEquals([over.aborted, over.reason === GIVEN_BACK], [true, isGivenBack]);
  }
});
