import { Log } from "../../lib/base/log.ts";
import type { Bus } from "../../lib/bus/bus.ts";
import { RedisBus } from "../../lib/bus/redis/redis_bus.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { Redis, type RedisOptions } from "../support/redis.ts";
import type { BusSite } from "./contract/bus_contract.ts";

/** A real Redis which servers join, each over a proxy of its own. */
export class RedisSite implements BusSite {
  readonly redis: Redis;
  readonly #terms: string;
  readonly #proxies = new Map<Bus, CuttingProxy>();

  private constructor(redis: Redis, terms: string) {
    this.redis = redis;
    this.#terms = terms;
  }

  /** @param terms Of its URL, as `ttl=2s`. */
  static async open(terms = "ttl=2s", options: RedisOptions = {}): Promise<RedisSite> {
    return new RedisSite(await Redis.start(options), terms);
  }

  async join(): Promise<RedisBus> {
    const proxy = new CuttingProxy(this.redis.url);
    const { port } = new URL(proxy.url);
    const bus = await RedisBus.open(`redis://127.0.0.1:${port}?${this.#terms}`, {
      log: new Log(),
      acceptMs: 30_000,
    });
    this.#proxies.set(bus, proxy);
    return bus;
  }

  /** The proxy between a server and Redis. */
  proxyOf(bus: Bus): CuttingProxy {
    const proxy = this.#proxies.get(bus);
    if (!proxy) throw new Error("it is no bus of this site");
    return proxy;
  }

  cut(bus: Bus): Promise<void> {
    const proxy = this.proxyOf(bus);
    proxy.refuses = true;
    proxy.cut();
    return Promise.resolve();
  }

  mend(bus: Bus): Promise<void> {
    this.proxyOf(bus).refuses = false;
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#proxies];
    await Promise.all(all.map(([bus]) => bus[Symbol.asyncDispose]()));
    await Promise.all(all.map(([, proxy]) => proxy[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }
}
