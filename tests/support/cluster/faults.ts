import { numbers } from "../numbers.ts";
import { Redis, type RedisOptions } from "../redis.ts";
import { type Site, TTL } from "./site.ts";

/** Something that happens to servers, to their Redis, or to what is between. */
export interface Fault {
  /** The way in which Redis is started for it. */
  readonly redis?: RedisOptions;
  /** Whether Redis ends, and has forgotten everything then, or the last of it. */
  readonly forgets?: boolean;
  /** Whether a server cannot end its program in time, because it does nothing. */
  readonly halts?: boolean;
  run(site: Site): Promise<void>;
}

/** All of them, by what happens. */
export const FAULTS = {
  "a server is killed": {
    async run({ cluster }) {
      await cluster.kill(0);
      await cluster.restart(0);
    },
  },
  "a server stands still for longer than every timeout": {
    halts: true,
    async run({ cluster }) {
      cluster.halt(0);
      await pause(2 * TTL);
      cluster.go(0);
    },
  },
  "Redis is killed, and had written down what it knows": {
    redis: { appendOnly: true },
    async run({ redis }) {
      await redis.crash();
      await redis.restart();
    },
  },
  "Redis is killed, and knows nothing any more": {
    forgets: true,
    async run({ redis }) {
      await redis.crash();
      await redis.restart();
    },
  },
  "Redis is emptied": {
    async run({ redis }) {
      await redis.cli("flushall");
    },
  },
  "Redis stands still for longer than every timeout": {
    async run({ redis }) {
      redis.kill("SIGSTOP");
      await pause(2 * TTL);
      redis.kill("SIGCONT");
    },
  },
  "a replica takes the place of Redis": {
    forgets: true,
    async run({ redis, network, cluster }) {
      const replica = await Redis.start({
        args: ["--replicaof", "127.0.0.1", String(redis.port)],
      });
      cluster.owns(replica);
      while (await redis.cli("wait", "1", "1000") !== "1");
      await redis.crash();
      await replica.cli("replicaof", "no", "one");
      network.lead(replica.url.replace("redis:", "tcp:"));
      network.cut();
    },
  },
  "the connections to Redis break again and again": {
    async run({ network }) {
      const random = numbers(15);
      for (let count = 0; count < 10; count++) {
        let left = 1 + random(20_000);
        const { promise, resolve } = Promise.withResolvers<void>();
        network.onpass = (passed) => (left -= passed) < 0 && resolve();
        await promise;
        network.onpass = undefined;
        network.cut();
      }
    },
  },
  "nothing passes to Redis for a while": {
    async run({ network }) {
      network.stop();
      await pause(2 * TTL);
      network.go();
    },
  },
  "the way to Redis takes a part of the time limits": {
    run({ network }) {
      network.slow({ latency: TTL / 10 });
      return Promise.resolve();
    },
  },
  "the way to Redis takes now this long and now that": {
    run({ network }) {
      network.slow({ jitter: TTL / 5 });
      return Promise.resolve();
    },
  },
  "the way to Redis is thin": {
    run({ network }) {
      network.slow({ rate: 30_000 });
      return Promise.resolve();
    },
  },
  "what servers say to Redis comes later than every timeout": {
    async run({ network }) {
      network.slow({ latency: 1.5 * TTL }, "up");
      await pause(2 * TTL);
      network.slow({});
    },
  },
  "what Redis says to servers comes later than every timeout": {
    async run({ network }) {
      network.slow({ latency: 1.5 * TTL }, "down");
      await pause(2 * TTL);
      network.slow({});
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** How long something is away is what is tried. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
