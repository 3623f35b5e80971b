import { CuttingProxy } from "../cutting_proxy.ts";
import { Folder } from "../folder.ts";
import { Redis, type RedisOptions } from "../redis.ts";
import type { Form } from "../server.ts";
import { Cluster, type Front } from "./cluster.ts";
import { Gathering } from "./gathering.ts";

// Noted by a program where another one runs already.
const BOTH = "=both";

/**
 * Places where many meet; the program of the last one says that it begins, notes what it is told, and says it. It notes
 * as well where another one runs meanwhile, which a lock of the system shows. Each is told the file for that.
 */
export const PLACES = {
  room: () => "broadcast?history=200&resume=60s&away=close",
  "room that goes on alone": () => "broadcast?history=200&resume=60s",
  // So long that the beginning of a process is in it, by which members know that it is another one.
  program: (notes: string) =>
    `shared?history=2000&resume=60s&linger=60s&env=NOTES=${notes} sh -c 'exec 9>>"$NOTES.lock"; flock -n 9 || echo ${BOTH} >>"$NOTES"; echo =; exec tee -a "$NOTES"'`,
} as const;

/** The name of a place. */
export type Place = keyof typeof PLACES;

/** Milliseconds after which Redis forgets a server of a {@linkcode Site} that is silent. */
export const TTL = 2_000;

/** What may be where something happens to a {@linkcode Site}; see its faults. */
export interface Allowed {
  readonly forgets?: boolean;
  readonly halts?: boolean;
}

/** How a {@linkcode Site} is. */
export interface SiteOptions {
  readonly form: Form;
  readonly place: Place;
  readonly seed: number;
  readonly front?: Front;
  readonly servers?: number;
  readonly redis?: RedisOptions;
  /** Milliseconds after which Redis forgets a server that is silent; default {@linkcode TTL}, which faults go by. */
  readonly ttl?: number;
}

/** Servers that are one by a Redis, which they reach through a proxy, and members of one place who come in anywhere. */
export class Site implements AsyncDisposable {
  readonly redis: Redis;
  /** The way to Redis. */
  readonly network: CuttingProxy;
  readonly cluster: Cluster;
  readonly gathering: Gathering;
  readonly #place: Place;
  /** File in which programs note what they are told. */
  readonly #notes: string;
  readonly #all: AsyncDisposableStack;

  private constructor(
    place: Place,
    notes: string,
    parts: Pick<Site, "redis" | "network" | "cluster" | "gathering">,
    all: AsyncDisposableStack,
  ) {
    this.#place = place;
    this.#notes = notes;
    this.redis = parts.redis;
    this.network = parts.network;
    this.cluster = parts.cluster;
    this.gathering = parts.gathering;
    this.#all = all;
  }

  /** Starts all, and lets the members in. */
  static async start(options: SiteOptions): Promise<Site> {
    const { form, place, seed, front = "haproxy", servers = 2, ttl = TTL } = options;
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await Folder.make());
    const notes = `${folder.path}/notes`;
    const redis = stack.use(await Redis.start(options.redis));
    const network = stack.use(new CuttingProxy(`tcp://127.0.0.1:${redis.port}`));
    const bus = `redis://${new URL(network.url).host}?ttl=${ttl}`;
    const route = `--route=/meet=${PLACES[place](notes)}`;
    const args = () => [`--bus=${bus}`, route];
    const cluster = stack.use(await Cluster.start({ servers, front, args, start: { form } }));
    const gathering = stack.use(
      await Gathering.begin({
        url: () => `${cluster.url}/meet`,
        members: { resuming: 4, plain: 4 },
        seed,
        begins: (text) => text === "=",
      }),
    );
    return new Site(place, notes, { redis, network, cluster, gathering }, stack.move());
  }

  /** What is wrong, when all have heard all. A room that goes on alone has an order for each server meanwhile. */
  async verdict({ forgets = false, halts = false }: Allowed = {}): Promise<readonly string[]> {
    const isOne = this.#place !== "room that goes on alone";
    const found = [...await this.gathering.verdict({ isOne, forgets })];
    if (this.#place !== "program") return found;
    const noted = (await Deno.readTextFile(this.#notes)).trim().split("\n");
    const told = noted.filter((word) => word !== BOTH);
    // Each word is unique, and given to one process at most.
    const twice = told.filter((word, index) => told.indexOf(word) < index);
    found.push(...twice.slice(0, 10).map((word) => `Programs were told "${word}" twice`));
    if (!halts && told.length < noted.length) found.push("Two programs have run at once");
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.disposeAsync();
  }
}
