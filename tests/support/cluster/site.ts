import { CuttingProxy } from "../cutting_proxy.ts";
import { Redis, type RedisOptions } from "../redis.ts";
import type { Form } from "../server.ts";
import { Cluster, type Front } from "./cluster.ts";
import { Gathering } from "./gathering.ts";

/** Places where many meet; the program of the last one says that it begins, and what it is told. */
export const PLACES = {
  room: "broadcast?history=200&resume=60s&away=close",
  "room that goes on alone": "broadcast?history=200&resume=60s",
  // So long that the beginning of a process is in it, by which members know that it is another one.
  program: "shared?history=2000&resume=60s&linger=60s sh -c 'echo =; exec cat'",
} as const;

/** The name of a place. */
export type Place = keyof typeof PLACES;

/** Milliseconds after which Redis forgets a server of a {@linkcode Site} that is silent. */
export const TTL = 2_000;

/** How a {@linkcode Site} is. */
export interface SiteOptions {
  readonly form: Form;
  readonly place: Place;
  readonly seed: number;
  readonly front?: Front;
  readonly servers?: number;
  readonly redis?: RedisOptions;
}

/** Servers that are one by a Redis, which they reach through a proxy, and members of one place who come in anywhere. */
export class Site implements AsyncDisposable {
  readonly redis: Redis;
  /** The way to Redis. */
  readonly network: CuttingProxy;
  readonly cluster: Cluster;
  readonly gathering: Gathering;
  readonly #place: Place;
  readonly #all: AsyncDisposableStack;

  private constructor(
    place: Place,
    parts: Pick<Site, "redis" | "network" | "cluster" | "gathering">,
    all: AsyncDisposableStack,
  ) {
    this.#place = place;
    this.redis = parts.redis;
    this.network = parts.network;
    this.cluster = parts.cluster;
    this.gathering = parts.gathering;
    this.#all = all;
  }

  /** Starts all, and lets the members in. */
  static async start(options: SiteOptions): Promise<Site> {
    const { form, place, seed, front = "haproxy", servers = 2 } = options;
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await Redis.start(options.redis));
    const network = stack.use(new CuttingProxy(`tcp://127.0.0.1:${redis.port}`));
    const bus = `redis://${new URL(network.url).host}?ttl=${TTL}`;
    const args = () => [`--bus=${bus}`, `--route=/meet=${PLACES[place]}`];
    const cluster = stack.use(await Cluster.start({ servers, front, args, start: { form } }));
    const gathering = stack.use(
      await Gathering.begin({
        url: () => `${cluster.url}/meet`,
        members: { resuming: 4, plain: 4 },
        seed,
        begins: (text) => text === "=",
      }),
    );
    return new Site(place, { redis, network, cluster, gathering }, stack.move());
  }

  /**
   * What is wrong, when all have heard all. A room that goes on alone has an order for each server meanwhile.
   *
   * @param forgets Whether Redis has forgotten everything.
   */
  verdict(forgets = false): Promise<readonly string[]> {
    return this.gathering.verdict({ isOne: this.#place !== "room that goes on alone", forgets });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.disposeAsync();
  }
}
