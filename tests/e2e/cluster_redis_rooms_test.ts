import { assertEquals } from "@std/assert";
import { Cluster } from "../support/cluster/cluster.ts";
import { Gathering } from "../support/cluster/gathering.ts";
import { Redis, type RedisOptions } from "../support/redis.ts";
import { type Form, testEach } from "../support/server.ts";

const SEED = 15;
const TOOLS = ["haproxy", "redis-server"];
const members = { resuming: 2, plain: 2 };

/** People in a room of two servers, which a Redis joins and a balancer stands before. */
async function meet(
  form: Form,
  options: RedisOptions,
  talk: (gathering: Gathering, redis: Redis) => Promise<void>,
): Promise<void> {
  await using redis = await Redis.start(options);
  // A Redis that is not killed answers in half of it, however busy the machine.
  const args =
    () => [`--bus=${redis.url}?ttl=8s`, "--route=/meet=broadcast?history=500&resume=60s"];
  await using cluster = await Cluster.start({
    servers: 2,
    front: "haproxy",
    args,
    start: { form },
  });
  const url = () => `${cluster.url}/meet`;
  await using gathering = await Gathering.begin({ url, members, seed: SEED });
  await talk(gathering, redis);
  // As long as the servers cannot reach each other, a room goes on in each, in an order of its own.
  const isOther = (fault: string) => options.appendOnly === true && /^(after|before) /.test(fault);
  assertEquals((await gathering.verdict()).filter((fault) => !isOther(fault)), []);
  assertEquals(gathering.ends, []);
  assertEquals(gathering.record.sure, 4 * 100 + 1);
}

testEach(
  "stdws whose servers a Redis joins brings each message to all, once and in one order",
  (form) => meet(form, {}, (gathering) => gathering.talk(100)),
  TOOLS,
);

testEach(
  "stdws whose servers a Redis joins loses nothing where that is killed and comes back",
  (form) =>
    meet(form, { appendOnly: true }, (gathering, redis) =>
      gathering.talk(100, async () => {
        await redis.crash();
        await redis.restart();
      })),
  TOOLS,
);
