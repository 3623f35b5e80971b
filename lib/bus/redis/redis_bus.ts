import { BusError, messageOf } from "../../base/errors.ts";
import { FloodLog, withMore } from "../../base/flood_log.ts";
import { ACCEPT_TIMEOUT, FLUSH_TIME, MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Mark } from "../../base/mark.ts";
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
import { readInbox } from "./inbox.ts";
import { RedisClaims } from "./redis_claims.ts";
import type { Reply } from "./redis_client.d.ts";
import { RedisKeys } from "./redis_keys.ts";
import { advised, patienceOf, RedisLink } from "./redis_link.ts";
import { RedisPeers } from "./redis_peers.ts";
import { parseRedisUrl, type RedisTerms } from "./redis_terms.ts";
import { refusalKind } from "./refusal_kind.ts";
import { Shipper } from "./shipper.ts";
import { TopicFeed } from "./topic_feed.ts";

// Milliseconds before another try to reach Redis: at first, and at most.
const [FIRST, LONGEST] = [50, 5_000];
// Channels of one command, and topics that are read at once.
const AT_ONCE = 500;

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
  readonly #watchers = new Set<BusWatcher>();
  readonly #feeds = new Map<string, TopicFeed>();
  readonly #shipper: Shipper;
  readonly #peers: RedisPeers;
  readonly #claims: RedisClaims;
  /** Topics that somebody has begun to listen to in this turn. */
  #wanted = new Set<string>();
  #link: RedisLink | undefined;
  #ended = Promise.withResolvers<string>();
  #isAway = true;
  #isOver = false;
  /** The time when Redis was asked last of what it has answered. */
  #seen = -Infinity;
  #kept = performance.now();
  #beating: ReturnType<typeof setInterval> | undefined;
  #running = Promise.resolve();
  readonly #over = new AbortController();
  readonly #counted = { delivered: 0, lost: 0 };

  private constructor(terms: RedisTerms, { log, acceptMs = ACCEPT_TIMEOUT }: RedisBusOptions) {
    this.#terms = terms;
    this.#log = log;
    this.name = terms.name;
    const keys = this.#keys = new RedisKeys(terms.prefix);
    const { self } = this;
    const refused = (topic: string, what: string) => this.#say(`topic "${topic}": ${what}`);
    this.#shipper = new Shipper({
      ...{ self, keys, terms },
      refused: (topic, error) => refused(topic, `lost what was said there: ${messageOf(error)}`),
    });
    this.#peers = new RedisPeers({
      ...{ self, keys },
      told: {
        joined: (peer) => this.#tell((watcher) => watcher.joined?.(peer)),
        left: (peer) => {
          this.#claims.left(peer);
          this.#tell((watcher) => watcher.left?.(peer));
        },
        received: (payload, from) => this.#tell((watcher) => watcher.received?.(payload, from)),
      },
      odd: (what) => this.#say(what),
    });
    this.#claims = new RedisClaims({ self, keys, terms, acceptMs });
    this.#refused = refused;
  }

  readonly #refused: (topic: string, what: string) => void;

  /**
   * Connects to Redis. Where that cannot be reached now, the bus is away at first.
   *
   * @param url As {@linkcode parseRedisUrl} reads it.
   * @throws {UsageError} If the URL cannot be.
   * @throws {BusError} If Redis refuses it for good, as with a wrong password.
   */
  static async open(url: string, options: RedisBusOptions): Promise<RedisBus> {
    const bus = new RedisBus(parseRedisUrl(url), options);
    let failure: unknown;
    try {
      await bus.#connect();
    } catch (error) {
      if (error instanceof BusError) {
        bus.#end();
        throw error;
      }
      failure = error;
      bus.#log.error("server", `Cannot reach the bus ${bus.name}: ${messageOf(error)}`);
    }
    const { ttl, retention } = bus.#terms;
    bus.#beating = setInterval(() => bus.#beat(), Math.min(ttl, retention) / 4);
    bus.#running = bus.#run(failure !== undefined);
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
    return { published, dropped, ...this.#counted };
  }

  get bufferedAmount(): number {
    return this.#shipper.bytes + this.#peers.bytes;
  }

  drained(amount: number = MAX_BUS_QUEUE / 2): Promise<void> {
    return this.#shipper.drained(amount);
  }

  watch(watcher: BusWatcher): Disposable {
    // Of its own, because one may watch twice.
    const own = { ...watcher };
    for (const name of ["joined", "left", "received", "away", "back"] as const) {
      if (watcher[name]) own[name] = watcher[name].bind(watcher) as never;
    }
    this.#watchers.add(own);
    return { [Symbol.dispose]: () => void this.#watchers.delete(own) };
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
    let feed = this.#feeds.get(topic);
    if (!feed) {
      const { self } = this;
      const [keys, terms] = [this.#keys, this.#terms];
      feed = new TopicFeed({
        ...{ topic, self, keys, terms },
        count: (what, messages) => void (this.#counted[what] += messages),
        odd: this.#refused,
      });
      this.#feeds.set(topic, feed);
      this.#want(topic);
    }
    const listening = feed.add(subscriber, options);
    return {
      [Symbol.dispose]: () => {
        listening[Symbol.dispose]();
        if (!feed.isEmpty || this.#feeds.get(topic) !== feed) return;
        this.#feeds.delete(topic);
        feed.down();
        if (this.#wanted.delete(topic)) return;
        this.#link?.unsubscribe(this.#keys.channel(topic)).catch(() => {});
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return await this.#running;
    this.#isOver = true;
    const link = this.#link;
    if (link) {
      await within(this.#shipper.drained(0), FLUSH_TIME);
      const keys = [this.#keys.servers, this.#keys.inbox(this.self)];
      const left = this.#claims.end()
        .then(() => link.script("leave", keys, [this.self, "0", this.#keys.servers]))
        .catch(() => {});
      await within(left, FLUSH_TIME);
    } else await this.#claims.end();
    this.#end();
    await this.#running;
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#beating);
    this.#link?.[Symbol.dispose]();
    this.#down();
    this.#shipper.end();
    this.#feeds.clear();
    this.#watchers.clear();
    this.#odd.flush();
    this.#over.abort();
    this.#ended.resolve("");
  }

  /** Connects again and again, as often as it ends. */
  async #run(isAway: boolean): Promise<void> {
    let said = "";
    for (let tries = isAway ? 1 : 0; !this.#isOver;) {
      if (tries === 0) {
        const why = await this.#ended.promise;
        if (this.#isOver) return;
        this.#log.error("server", `The bus ${this.name} is away: ${advised(why, this.#terms)}`);
        this.#tell((watcher) => watcher.away?.(why));
      }
      // Not all servers at once.
      const most = Math.min(LONGEST, FIRST * 2 ** tries);
      await this.#sleep(most / 2 + Math.random() * most / 2);
      if (this.#isOver) return;
      try {
        await this.#connect();
        tries = 0;
        this.#log.info("server", `The bus ${this.name} is there again`);
        this.#tell((watcher) => watcher.back?.());
      } catch (error) {
        tries++;
        // Each reason once, for this may go on for days.
        if (said !== (said = messageOf(error))) this.#say(`it cannot be reached: ${said}`);
      }
    }
  }

  async #connect(): Promise<void> {
    this.#ended = Promise.withResolvers();
    const link = await RedisLink.open(this.#terms, this.self, {
      message: (channel, message) => this.#heard(channel, message),
      failed: (why) => {
        this.#down();
        this.#ended.resolve(why);
      },
    });
    try {
      if (this.#isOver) throw new BusError("Cannot use the bus: it is closed");
      const ended = this.#ended.promise.then((why) => Promise.reject(new Error(why)));
      await Promise.race([this.#begin(link), ended]);
    } catch (error) {
      link[Symbol.dispose]();
      this.#down();
      if (refusalKind(error) !== "refused") throw error;
      throw new BusError(`Cannot use the bus: ${advised(messageOf(error), this.#terms)}`, {
        cause: error,
      });
    }
  }

  async #begin(link: RedisLink): Promise<void> {
    await link.subscribe([this.#keys.servers]);
    // Before anything else is said to be so: it shows whether Redis takes something.
    await this.#greet(link);
    this.#link = link;
    this.#isAway = false;
    this.#peers.up(link);
    this.#claims.up(link);
    this.#shipper.up(link);
    const [inbox, wait] = [this.#keys.inbox(this.self), this.#terms.ttl / 2];
    const take = (entries: readonly Reply[]) => {
      this.#claims.checkDue();
      this.#peers.take(entries);
    };
    readInbox(link, inbox, { wait, take });
    this.#wanted.clear();
    await this.#listen(link, [...this.#feeds.keys()]);
  }

  /** Says that this server is there, and learns which others are. */
  async #greet(link: RedisLink): Promise<void> {
    const { self } = this;
    const keys = [this.#keys.servers, this.#keys.inbox(self)];
    const asked = performance.now();
    const late = setTimeout(() => link.fail("it does not answer"), patienceOf(this.#terms));
    try {
      const args = [self, String(this.#terms.ttl), this.#keys.servers];
      const reply = await link.script("beat", keys, args);
      const [added, names] = Array.isArray(reply) ? reply : [];
      if (added === 1 && asked - this.#seen < this.#terms.ttl) this.#forgotten();
      this.#seen = asked;
      this.#peers.sync(Array.isArray(names) ? names.map(String) : []);
    } finally {
      clearTimeout(late);
    }
  }

  /** Redis has lost its memory. */
  #forgotten(): void {
    this.#log.error("server", `The bus ${this.name} has lost its memory`);
    this.#claims.forgotten();
    for (const feed of this.#feeds.values()) feed.read();
  }

  async #beat(): Promise<void> {
    const now = performance.now();
    this.#claims.check();
    this.#shipper.expire(now);
    if (now - this.#seen >= this.#terms.ttl) this.#peers.leaveAll();
    const link = this.#link;
    if (!link) return;
    this.#claims.renew();
    this.#peers.retry();
    try {
      await this.#greet(link);
      if (now - this.#kept < this.#terms.retention / 3) return;
      this.#kept = now;
      await this.#keep();
    } catch (error) {
      link.fail(messageOf(error));
    }
  }

  /** Says that the topics are used, and looks whether anything of them is missing. */
  async #keep(): Promise<void> {
    const feeds = [...this.#feeds.values()];
    for (let at = 0; at < feeds.length; at += AT_ONCE) {
      await Promise.all(feeds.slice(at, at + AT_ONCE).map((feed) => feed.read()));
    }
  }

  #want(topic: string): void {
    this.#wanted.add(topic);
    if (this.#wanted.size > 1) return;
    queueMicrotask(() => {
      const topics = [...this.#wanted];
      this.#wanted.clear();
      const link = this.#link;
      if (link) this.#listen(link, topics).catch((error) => link.fail(messageOf(error)));
    });
  }

  async #listen(link: RedisLink, topics: readonly string[]): Promise<void> {
    for (let at = 0; at < topics.length; at += AT_ONCE) {
      const some = topics.slice(at, at + AT_ONCE);
      await link.subscribe(some.map((topic) => this.#keys.channel(topic)));
      if (link !== this.#link) return;
      for (const topic of some) this.#feeds.get(topic)?.up(link);
    }
  }

  #heard(channel: string, message: Uint8Array): void {
    // After a long stop, before anybody is told of anything.
    this.#claims.checkDue();
    if (channel !== this.#keys.servers) {
      const topic = this.#keys.topicOf(channel);
      if (topic !== undefined) this.#feeds.get(topic)?.take(message);
      return;
    }
    const [kind, name = ""] = splitWord(new TextDecoder().decode(message));
    if (kind === "j") this.#peers.join(name);
    else if (kind === "l") this.#peers.leave(name);
    else if (kind === "r") this.#claims.released(name);
    else this.#say("something else than a server has spoken on its channel");
  }

  #down(): void {
    this.#link = undefined;
    this.#isAway = true;
    this.#peers.down();
    this.#claims.down();
    this.#shipper.down();
    for (const feed of this.#feeds.values()) feed.down();
  }

  #tell(tell: (watcher: BusWatcher) => void): void {
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) tell(watcher);
  }

  #say(what: string): void {
    const reason = what.slice(0, 200);
    this.#odd.say(reason, (more) => {
      this.#log.error(
        "server",
        withMore(`The bus ${this.name}: ${advised(what, this.#terms)}`, more),
      );
    });
  }

  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#over.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}

function splitWord(text: string): [word: string, rest: string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}
