import { messageOf } from "../../base/errors.ts";
import { FloodLog, withMore } from "../../base/flood_log.ts";
import { ACCEPT_TIMEOUT, FLUSH_TIME, MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Mark } from "../../base/mark.ts";
import { Seldom } from "../../base/seldom.ts";
import { Waiters } from "../../base/waiters.ts";
import { within } from "../../base/within.ts";
import type {
  Bus,
  BusFigures,
  BusWatcher,
  Claim,
  PublishTerms,
  SubscribeOptions,
  Subscriber,
} from "../bus.ts";
import { freshName } from "./fresh_name.ts";
import { Heartbeat } from "./heartbeat.ts";
import { RedisClaims } from "./redis_claims.ts";
import { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import { RedisPeers } from "./redis_peers.ts";
import { parseRedisUrl, type RedisTerms } from "./redis_terms.ts";
import { advised } from "./refusal.ts";
import { Shipper } from "./shipper.ts";
import { TopicFeeds } from "./topic_feeds.ts";
import { Uplink } from "./uplink.ts";
import { Watching } from "./watching.ts";

/** Options of {@linkcode RedisBus}. */
export interface RedisBusOptions {
  readonly log: Log;
  /** Milliseconds that a claim may take; default 10,000. */
  readonly acceptMs?: number;
}

/** A server's end of a bus whose engine is Redis or Valkey. */
export class RedisBus implements Bus {
  readonly self: string = freshName(16);
  readonly name: string;
  readonly #terms: RedisTerms;
  readonly #keys: RedisKeys;
  readonly #log: Log;
  readonly #odd = new FloodLog();
  readonly #uncast = new Seldom();
  readonly #watching = new Watching();
  readonly #feeds: TopicFeeds;
  readonly #shipper: Shipper;
  readonly #peers: RedisPeers;
  readonly #claims: RedisClaims;
  readonly #heartbeat: Heartbeat;
  readonly #uplink: Uplink;
  #link: RedisLink | undefined;
  #isAway = true;
  #isOver = false;
  #kept = performance.now();
  #beating: ReturnType<typeof setInterval> | undefined;
  readonly #waiters = new Waiters(() => this.bufferedAmount);

  private constructor(terms: RedisTerms, { log, acceptMs = ACCEPT_TIMEOUT }: RedisBusOptions) {
    this.#terms = terms;
    this.#log = log;
    this.name = terms.name;
    const keys = this.#keys = new RedisKeys(terms.prefix);
    const { self } = this;
    const refused = (topic: string, what: string) => this.#say(`topic "${topic}": ${what}`, what);
    const moved = () => this.#waiters.wake();
    this.#shipper = new Shipper({
      ...{ self, keys, terms, moved },
      uncast: (waiting) =>
        this.#uncast.tell(() => {
          const why = `${waiting} bytes wait for ${this.name} already`;
          log.error("server", `Cannot cast on the bus: ${why}`);
        }),
      refused: (topic, error) => refused(topic, `lost what was said there: ${messageOf(error)}`),
    });
    this.#peers = new RedisPeers({
      ...{ self, keys, moved },
      told: {
        joined: (peer) => this.#watching.tell((watcher) => watcher.joined?.(peer)),
        left: (peer) => {
          this.#claims.left(peer);
          this.#watching.tell((watcher) => watcher.left?.(peer));
        },
        received: (payload, from) =>
          this.#watching.tell((watcher) => watcher.received?.(payload, from)),
      },
      odd: (what) => this.#say(what),
    });
    const learn = (link: RedisLink) => this.#heartbeat.beat(link);
    this.#claims = new RedisClaims({ self, keys, terms, acceptMs, learn });
    this.#feeds = new TopicFeeds({ self, keys, terms, odd: refused });
    this.#heartbeat = new Heartbeat({
      ...{ self, keys, terms },
      underWay: () => this.#shipper.underWay + this.#peers.bytes,
      there: (servers) => this.#peers.sync(servers),
      take: (entries) => {
        this.#claims.checkDue();
        this.#peers.take(entries);
      },
      forgotten: () => this.#forgotten(),
      marked: (mark, quiet) => this.#claims.marked(mark, quiet),
    });
    this.#uplink = new Uplink({
      ...{ self, terms, log },
      heard: (channel, message) => this.#heard(channel, message),
      begin: (link) => this.#begin(link),
      down: () => this.#down(),
      away: (why) => this.#watching.tell((watcher) => watcher.away?.(why)),
      back: () => this.#watching.tell((watcher) => watcher.back?.()),
      failed: (why) => this.#say(`it cannot be reached: ${why}`),
    });
  }

  /**
   * Connects to Redis. Where that cannot be reached now, the bus is away at first.
   *
   * @param url As {@linkcode parseRedisUrl} reads it.
   * @throws {UsageError} If the URL cannot be.
   * @throws {BusError} If Redis refuses it for good, as with a wrong password.
   */
  static async open(url: string, options: RedisBusOptions): Promise<RedisBus> {
    const bus = new RedisBus(parseRedisUrl(url), options);
    try {
      await bus.#uplink.open();
    } catch (error) {
      bus.#end();
      throw error;
    }
    const { ttl, retention } = bus.#terms;
    bus.#beating = setInterval(() => bus.#beat(), Math.min(ttl, retention) / 4);
    return bus;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get peers(): ReadonlySet<string> {
    return this.#peers.names;
  }

  get figures(): BusFigures {
    const { published, dropped } = this.#shipper;
    const uncast = this.#shipper.uncast + this.#peers.uncast;
    return { published, dropped, uncast, ...this.#feeds.counted };
  }

  get bufferedAmount(): number {
    return this.#shipper.bytes + this.#peers.bytes;
  }

  drained(amount: number = MAX_BUS_QUEUE / 2): Promise<void> {
    return this.#waiters.wait(amount);
  }

  watch(watcher: BusWatcher): Disposable {
    return this.#watching.add(watcher);
  }

  publish(topic: string, payload: Uint8Array, terms: PublishTerms): Promise<Mark | undefined> {
    if (this.#isOver) return Promise.resolve(undefined);
    return this.#shipper.publish(topic, payload, terms);
  }

  cast(topic: string, payload: Uint8Array): void {
    if (!this.#isOver) this.#shipper.cast(topic, payload);
  }

  send(peer: string, payload: Uint8Array): void {
    if (!this.#isOver) this.#peers.send(peer, payload);
  }

  claim(name: string): Promise<Claim> {
    return this.#claims.claim(name);
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Disposable {
    if (this.#isOver) return { [Symbol.dispose]() {} };
    return this.#feeds.subscribe(topic, subscriber, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return await this.#uplink.ended;
    this.#isOver = true;
    const link = this.#link;
    if (link) {
      await within(this.drained(0), FLUSH_TIME);
      // Where it fails, others learn of the end after `ttl`.
      const left = this.#claims.end().then(() => this.#heartbeat.leave(link)).catch(() => {});
      await within(left, FLUSH_TIME);
    } else await this.#claims.end();
    this.#end();
    await this.#uplink.ended;
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#beating);
    this.#link?.[Symbol.dispose]();
    this.#down();
    this.#shipper.end();
    this.#peers.end();
    this.#feeds.end();
    this.#watching.clear();
    this.#odd.flush();
    this.#uplink.end();
  }

  async #begin(link: RedisLink): Promise<void> {
    await link.subscribe([this.#keys.servers]);
    // Before anything else is said to be so: it shows whether Redis takes something.
    await this.#heartbeat.beat(link);
    this.#link = link;
    this.#isAway = false;
    this.#peers.up(link);
    this.#claims.up(link);
    this.#shipper.up(link);
    this.#heartbeat.listen(link);
    await this.#feeds.up(link);
  }

  /** Redis has lost its memory. */
  #forgotten(): void {
    this.#log.together("error", "server", `The bus ${this.name} has lost its memory`);
    this.#claims.forgotten();
    this.#peers.forgotten();
    void this.#feeds.read();
  }

  async #beat(): Promise<void> {
    const now = performance.now();
    this.#claims.check();
    this.#shipper.expire(now);
    if (this.#heartbeat.isAlone) this.#peers.leaveAll();
    const link = this.#link;
    if (!link) return;
    this.#heartbeat.look(link);
    this.#claims.renew();
    this.#peers.retry();
    try {
      await this.#heartbeat.beat(link);
      if (now - this.#kept < this.#terms.retention / 3) return;
      this.#kept = now;
      await this.#feeds.read();
    } catch (error) {
      link.fail(messageOf(error));
    }
  }

  #heard(channel: string, message: Uint8Array): void {
    // After a long stop, before anybody is told of anything.
    this.#claims.checkDue();
    if (channel !== this.#keys.servers) return this.#feeds.take(channel, message);
    const [, kind, name = ""] = /^(\w) ?(.*)$/s.exec(new TextDecoder().decode(message)) ?? [];
    if (kind === "j") this.#peers.join(name);
    else if (kind === "l") this.#peers.leave(name);
    else if (kind === "r") this.#claims.released(name);
    else if (kind === "f") this.#claims.renew();
    else this.#say("something else than a server has spoken on its channel");
  }

  #down(): void {
    this.#link = undefined;
    this.#isAway = true;
    this.#peers.down();
    this.#claims.down();
    this.#shipper.down();
    this.#feeds.down();
  }

  /** @param reason What makes it the same as what was said before; not the topic, whose names others choose. */
  #say(what: string, reason: string = what): void {
    this.#odd.say(reason.slice(0, 200), (more) => {
      this.#log.error(
        "server",
        withMore(`The bus ${this.name}: ${advised(what, this.#terms)}`, more),
      );
    });
  }
}
