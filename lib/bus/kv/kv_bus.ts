import { BusError, messageOf } from "../../base/errors.ts";
import { BUS_PATIENCE } from "../../base/limits.ts";
import type { Mark } from "../../base/mark.ts";
import type { Bus, BusWatcher, Claim, PublishTerms, SubscribeOptions, Subscriber } from "../bus.ts";
import { Publishes } from "../local/publishes.ts";
import { KvClaims } from "./kv_claims.ts";
import { KvPeers } from "./kv_peers.ts";
import { KvTopics } from "./kv_topics.ts";
import { KvWriter } from "./kv_writer.ts";

/** Options of {@linkcode KvBus}. Times in ms. */
export interface KvBusOptions {
  /** The name of the store, for people; default `kv`. */
  readonly name?: string;
  /** The time that a claim may take; default 10,000. */
  readonly acceptMs?: number;
  /** The time between two looks, where nothing tells that there is something new; default 250. */
  readonly pollMs?: number;
  /** The time after which a server that says nothing is gone; default 15,000. */
  readonly ttlMs?: number;
}

const PREFIX: Deno.KvKey = ["stdws"];

// Milliseconds in which what is there of this server is taken back at the end.
const FAREWELL = 2_000;

/**
 * Joins servers by a store of Deno KV. Each log is a key with its end, which is written together with its entries; a
 * counter that all who write raise tells that there is something new.
 */
export class KvBus implements Bus {
  readonly self: string = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  readonly name: string;
  readonly #kv: Deno.Kv;
  readonly #options: Required<Omit<KvBusOptions, "name">>;
  readonly #watchers = new Set<BusWatcher>();
  readonly #publishes = new Publishes();
  readonly #writer: KvWriter;
  readonly #topics: KvTopics;
  readonly #peers: KvPeers;
  readonly #claims: KvClaims;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #nudge = Promise.withResolvers<void>();
  #isAway = false;
  /** Since when it has failed each time. */
  #failedSince: number | undefined;
  /** When it has last begun to say that it is there. */
  #beatAt = -Infinity;
  #sureTimer: ReturnType<typeof setTimeout> | undefined;
  /** Versions of what tells of something new. */
  #seen: readonly (string | null)[] = [];

  /**
   * Joins those of a store.
   *
   * @param kv The store, which belongs to the bus from now on.
   */
  constructor(kv: Deno.Kv, options: KvBusOptions = {}) {
    const { name = "kv", acceptMs = 10_000, pollMs = 250, ttlMs = 15_000 } = options;
    this.name = name;
    this.#kv = kv;
    this.#options = { acceptMs, pollMs, ttlMs };
    this.#writer = new KvWriter(kv, PREFIX, this.self);
    this.#topics = new KvTopics(kv, PREFIX, this.self);
    this.#peers = new KvPeers(kv, PREFIX, {
      self: this.self,
      ttl: ttlMs,
      tell: {
        joined: (peer) => this.#tell((watcher) => watcher.joined?.(peer)),
        left: (peer) => {
          this.#claims.left(peer);
          this.#tell((watcher) => watcher.left?.(peer));
        },
      },
    });
    this.#claims = new KvClaims(kv, PREFIX, this.self, this.#peers);
    this.#topics.add(this.#mailbox(this.self), {
      began() {},
      entry() {},
      cast: (payload, from) => this.#tell((watcher) => watcher.received?.(payload, from)),
      lost: () => this.#peers.clear(),
    }, {});
    this.#running = this.#run();
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get peers(): ReadonlySet<string> {
    return this.#peers.there;
  }

  get bufferedAmount(): number {
    return this.#publishes.bytes;
  }

  drained(amount = 0): Promise<void> {
    return this.#publishes.drained(amount);
  }

  watch(watcher: BusWatcher): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  async publish(
    topic: string,
    payload: Uint8Array,
    { count, keep }: PublishTerms,
  ): Promise<Mark | undefined> {
    if (this.#stop.signal.aborted) return undefined;
    const added = this.#publishes.add(topic, payload, { count, keep });
    if (!added) return undefined;
    const { publish: { number }, placed } = added;
    this.#writer.add({ key: this.#topic(topic), payload, count, keep, number });
    this.#nudge.resolve();
    return await placed;
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Disposable {
    if (this.#stop.signal.aborted) return { [Symbol.dispose]() {} };
    const subscription = this.#topics.add(this.#topic(topic), subscriber, options);
    this.#nudge.resolve();
    return subscription;
  }

  cast(topic: string, payload: Uint8Array): void {
    this.#say(this.#topic(topic), payload);
  }

  send(peer: string, payload: Uint8Array): void {
    if (this.#peers.there.has(peer)) this.#say(this.#mailbox(peer), payload);
  }

  async claim(name: string): Promise<Claim> {
    if (this.#stop.signal.aborted) {
      throw new BusError(`Cannot claim "${name}": the bus is disposed`);
    }
    this.#nudge.resolve();
    return await this.#claims.claim(name, this.#options.acceptMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#stop.signal.aborted) this.#stop.abort();
    await this.#running;
  }

  #say(key: Deno.KvKey, payload: Uint8Array): void {
    if (this.#isAway || this.#stop.signal.aborted) return;
    this.#writer.add({ key, payload, count: 0, keep: 0 });
    this.#nudge.resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const watch = this.#follow();
    while (!signal.aborted) {
      this.#nudge = Promise.withResolvers();
      let goesOn = false;
      try {
        goesOn = await this.#pass();
        this.#back();
        this.#failedSince = undefined;
      } catch (error) {
        // One that is busy is not away.
        this.#failedSince ??= performance.now();
        const isLong = performance.now() - this.#failedSince >= this.#options.ttlMs / 10;
        if (isLong) this.#away(messageOf(error));
      }
      this.#dropLate();
      if (goesOn) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, this.#options.pollMs);
      // While it fails, nothing that is new here helps.
      const news = this.#failedSince === undefined ? [this.#nudge.promise] : [];
      await Promise.race([promise, stopped, ...news]);
      clearTimeout(timer);
    }
    clearTimeout(this.#sureTimer);
    // One that has failed has nothing to cancel.
    await watch?.cancel().catch(() => {});
    await this.#leave();
  }

  /**
   * Writes what waits, and reads what is new.
   *
   * @returns Whether there is more to do.
   */
  async #pass(): Promise<boolean> {
    const { ttlMs } = this.#options;
    // Nobody is to send it anything before it takes that.
    if (this.#beatAt === -Infinity) await this.#topics.read();
    const now = performance.now();
    if (now - this.#beatAt >= ttlMs / 3) {
      await this.#peers.beat();
      this.#isSure(now);
      await this.#peers.look();
    }
    if (this.#writer.waits) {
      const isDone = await this.#writer.write((number, mark) => {
        this.#publishes.placed(number, mark);
      });
      // Whoever was faster may be so again.
      if (!isDone) await new Promise((resolve) => setTimeout(resolve, 10 * Math.random()));
    }
    if (this.#claims.waits) await this.#claims.act();
    const keys = [[...PREFIX, "census"], [...PREFIX, "bell"]];
    const found = await this.#kv.getMany(keys);
    const [census, bell] = found.map(({ versionstamp }) => versionstamp);
    if (this.#isAway || census !== this.#seen[0]) await this.#peers.look();
    const isNew = this.#isAway || bell !== this.#seen[1];
    if (isNew) await this.#claims.look();
    if (isNew || this.#topics.waits) await this.#topics.read();
    this.#seen = [census ?? null, bell ?? null];
    return this.#writer.waits || this.#claims.waits || this.#topics.waits;
  }

  /** Wakes up where the store tells that there is something new: of this process alone, it may be. */
  #follow(): ReadableStreamDefaultReader<unknown> | undefined {
    let reader: ReadableStreamDefaultReader<unknown>;
    try {
      reader = this.#kv.watch([[...PREFIX, "bell"]]).getReader();
    } catch {
      // It has to be asked then.
      return undefined;
    }
    const next = async () => {
      while (!(await reader.read()).done) this.#nudge.resolve();
    };
    // Without it, what is new is found by looking, as it is where a watch does not reach other processes.
    next().catch(() => {});
    return reader;
  }

  /** Notes that it has said that it is there: nobody takes what it holds before that is too long ago. */
  #isSure(since: number): void {
    this.#beatAt = since;
    clearTimeout(this.#sureTimer);
    this.#sureTimer = setTimeout(() => {
      this.#away(`it has not answered for ${this.#options.ttlMs} ms`);
      this.#claims.unsure("The store cannot be reached");
    }, Math.max(0, since + this.#options.ttlMs - performance.now()));
  }

  #away(why: string): void {
    if (this.#isAway || this.#stop.signal.aborted) return;
    this.#isAway = true;
    // What comes then is other than what was missed.
    this.#peers.clear();
    this.#dropLate();
    this.#tell((watcher) => watcher.away?.(why));
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#tell((watcher) => watcher.back?.());
  }

  #dropLate(): void {
    if (!this.#isAway) return;
    this.#publishes.drop(performance.now() - BUS_PATIENCE);
    const wanted = new Set(Array.from(this.#publishes.all, ({ number }) => number));
    this.#writer.forget((number) => wanted.has(number));
  }

  async #leave(): Promise<void> {
    this.#publishes.drop(Infinity);
    this.#topics.clear();
    const farewell = this.#isAway ? Promise.resolve() : this.#claims.giveBack()
      .then(() => this.#peers.leave());
    this.#claims.end("the bus is disposed");
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FAREWELL);
    // Where it fails, others learn of the end when the time of this server is over.
    await Promise.race([promise, farewell.catch(() => {})]);
    clearTimeout(timer);
    this.#watchers.clear();
    this.#kv.close();
  }

  #tell(what: (watcher: BusWatcher) => void): void {
    for (const watcher of this.#watchers) what(watcher);
  }

  #topic(name: string): Deno.KvKey {
    return [...PREFIX, "topic", name];
  }

  #mailbox(peer: string): Deno.KvKey {
    return [...PREFIX, "mail", peer];
  }
}
