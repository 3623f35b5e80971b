import { BusError } from "../../base/errors.ts";
import { BUS_PATIENCE } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import type { Mark } from "../../base/mark.ts";
import { Seldom } from "../../base/seldom.ts";
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
import { Publishes } from "../local/publishes.ts";
import { newId } from "../local/record.ts";
import { Watchers } from "../local/watchers.ts";
import { KvClaims } from "./kv_claims.ts";
import { KvLoop } from "./kv_loop.ts";
import { KvPeers } from "./kv_peers.ts";
import { KvQueue } from "./kv_queue.ts";
import { KvTopics } from "./kv_topics.ts";
import { KvWriter } from "./kv_writer.ts";

/** Options of {@linkcode KvBus}. Times in ms. */
export interface KvBusOptions {
  /** The name of the store, for people; default `kv`. */
  readonly name?: string;
  /** Default: one that says nothing. */
  readonly log?: Log;
  /** The time that a claim may take; default 10,000. */
  readonly acceptMs?: number;
  /** The time between two looks, where nothing tells that there is something new; default 250. */
  readonly pollMs?: number;
  /** The time after which a server that says nothing is gone; default 15,000. */
  readonly ttlMs?: number;
  /** Bytes that may wait of what is cast and sent; default 16 MiB. */
  readonly maxQueue?: number;
}

const PREFIX: Deno.KvKey = ["stdws"];

// Milliseconds in which what still waits is written at the end, and what is there of this server taken back.
const FAREWELL = 2_000;

const DISPOSED = "the bus is disposed";

/**
 * Joins servers by a store of Deno KV. Each log is a key with its end, which is written together with its entries; a
 * counter that all who write raise tells that there is something new.
 */
export class KvBus implements Bus {
  readonly self: string = newId();
  readonly name: string;
  readonly #kv: Deno.Kv;
  readonly #log: Log;
  readonly #acceptMs: number;
  readonly #watchers: Watchers;
  readonly #publishes = new Publishes();
  readonly #queue: KvQueue;
  readonly #writer: KvWriter;
  readonly #topics: KvTopics;
  readonly #peers: KvPeers;
  readonly #claims: KvClaims;
  readonly #loop: KvLoop;
  readonly #running: Promise<void>;
  readonly #said = new Seldom();
  readonly #figures = { published: 0, dropped: 0, uncast: 0 };
  #isAway = false;
  /** Versions of what tells of something new. */
  #seen: readonly (string | null)[] = [];

  /**
   * Joins those of a store.
   *
   * @param kv The store, which belongs to the bus from now on.
   */
  constructor(kv: Deno.Kv, options: KvBusOptions = {}) {
    const { name = "kv", log = new Log(), acceptMs = 10_000, pollMs = 250, ttlMs = 15_000 } =
      options;
    this.name = name;
    this.#kv = kv;
    this.#log = log;
    this.#acceptMs = acceptMs;
    this.#watchers = new Watchers(log);
    this.#watchers.add({ left: (peer) => this.#claims.left(peer) });
    this.#queue = new KvQueue(options.maxQueue);
    this.#writer = new KvWriter(kv, PREFIX, this.self, this.#queue);
    // After a long stop, it sees first that its time is over.
    const before = () => this.#peers.checkDue();
    this.#topics = new KvTopics(kv, PREFIX, this.self, log, before);
    this.#peers = new KvPeers(kv, PREFIX, {
      self: this.self,
      ttl: ttlMs,
      watchers: this.#watchers,
      unsure: () => {
        this.#away(`it has not answered for ${ttlMs} ms`);
        this.#claims.unsure("The store cannot be reached");
      },
    });
    this.#claims = new KvClaims(kv, PREFIX, this.self, this.#peers);
    this.#topics.add(this.#mailbox(this.self), {
      began() {},
      // In place of what its server could not say.
      entry: ({ from }) => this.#peers.missed(from),
      cast: (payload, from) => this.#watchers.received(from, payload),
      lost: () => this.#peers.clear(),
      skipped: () => this.#peers.clear(),
    }, {});
    this.#loop = new KvLoop({ pollMs, patienceMs: ttlMs / 10, lastMs: FAREWELL });
    this.#running = this.#run();
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get peers(): ReadonlySet<string> {
    return this.#peers.told;
  }

  get figures(): BusFigures {
    return { ...this.#topics.figures, ...this.#figures };
  }

  get bufferedAmount(): number {
    return Math.max(this.#publishes.bytes, this.#queue.bytes);
  }

  async drained(amount = 0): Promise<void> {
    while (this.bufferedAmount > amount) {
      await this.#publishes.drained(amount);
      await this.#queue.drained(amount);
    }
  }

  watch(watcher: BusWatcher): Disposable {
    return this.#watchers.add(watcher);
  }

  async publish(
    topic: string,
    payload: Uint8Array,
    { count, keep }: PublishTerms,
  ): Promise<Mark | undefined> {
    const terms = { count, keep };
    const added = this.#loop.isOver ? undefined : this.#publishes.add(topic, payload, terms);
    if (!added) {
      this.#figures.dropped += count;
      return undefined;
    }
    const { publish: { number }, placed } = added;
    this.#queue.publish(this.#topic(topic), payload, terms, number);
    this.#loop.nudge();
    return await placed;
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Disposable {
    if (this.#loop.isOver) return { [Symbol.dispose]() {} };
    const subscription = this.#topics.add(this.#topic(topic), subscriber, options);
    this.#loop.nudge();
    return subscription;
  }

  cast(topic: string, payload: Uint8Array): void {
    if (!this.#isAway) this.#say(this.#topic(topic), payload, false);
  }

  send(peer: string, payload: Uint8Array): void {
    // While it is away, nobody is there.
    if (this.#peers.told.has(peer)) this.#say(this.#mailbox(peer), payload, true);
  }

  async claim(name: string): Promise<Claim> {
    if (this.#loop.isOver) throw new BusError(`Cannot claim "${name}": ${DISPOSED}`);
    return await this.#claims.claim(name, this.#acceptMs, () => this.#loop.nudge());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loop.stop();
    await this.#running;
  }

  #say(key: Deno.KvKey, payload: Uint8Array, isMail: boolean): void {
    if (this.#loop.isOver) return;
    if (!this.#queue.say(key, payload, isMail)) {
      this.#figures.uncast++;
      this.#said.tell(() => {
        const why = `${this.#queue.bytes} bytes wait for ${this.name} already`;
        this.#log.error("server", `Cannot cast on the bus: ${why}`);
      });
    }
    this.#loop.nudge();
  }

  async #run(): Promise<void> {
    // With a file, it tells of this process alone.
    const follower = this.#loop.follow(() => this.#kv.watch([[...PREFIX, "bell"]]));
    const answers = await this.#loop.run({
      pass: () => this.#pass(),
      done: () => this.#back(),
      failed: (why) => this.#away(why),
      tidy: () => this.#dropLate(),
    });
    this.#peers.end();
    await follower.cancel();
    await this.#leave(answers && !this.#isAway);
  }

  /**
   * Writes what waits, and reads what is new.
   *
   * @returns Whether there is more to do.
   */
  async #pass(): Promise<boolean> {
    // Nobody is to send it anything before it takes that.
    if (!this.#peers.isKnown) await this.#topics.read();
    await this.#peers.beat();
    if (this.#queue.waits) await this.#write();
    if (this.#claims.waits) await this.#claims.act();
    const keys = [[...PREFIX, "census"], [...PREFIX, "bell"]];
    const found = await this.#kv.getMany(keys);
    const [census, bell] = found.map(({ versionstamp }) => versionstamp);
    const isUnknown = this.#isAway || this.#peers.waits;
    if (isUnknown || census !== this.#seen[0]) await this.#peers.look();
    const isNew = this.#isAway || bell !== this.#seen[1];
    if (isNew) await this.#claims.look();
    const { hasGone } = this.#peers;
    if (isNew || hasGone || this.#topics.waits) await this.#topics.read();
    if (hasGone) this.#peers.tellGone();
    this.#seen = [census ?? null, bell ?? null];
    return [this.#queue, this.#claims, this.#topics, this.#peers].some(({ waits }) => waits);
  }

  async #write(): Promise<void> {
    const isDone = await this.#writer.write((number, mark) => this.#placed(number, mark));
    // Whoever was faster may be so again.
    if (!isDone) await new Promise((resolve) => setTimeout(resolve, 10 * Math.random()));
  }

  #away(why: string): void {
    if (this.#isAway || this.#loop.isOver) return;
    this.#isAway = true;
    // What comes then is other than what was missed.
    this.#peers.clear();
    this.#dropLate();
    this.#watchers.away(why);
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#watchers.back();
  }

  #placed(number: number, mark: Mark | undefined): void {
    this.#figures.published += this.#publishes.placed(number, mark);
  }

  #dropLate(): void {
    if (!this.#isAway) return;
    this.#figures.dropped += this.#publishes.drop(performance.now() - BUS_PATIENCE);
    const wanted = new Set(Array.from(this.#publishes.all, ({ number }) => number));
    this.#queue.forget((number) => wanted.has(number));
  }

  /** @param answers Whether the store does. */
  async #leave(answers: boolean): Promise<void> {
    this.#topics.clear();
    this.#claims.end(DISPOSED);
    // Where it fails, others learn of the end when the time of this server is over.
    if (answers) await within(this.#farewell().catch(() => {}), FAREWELL);
    this.#figures.dropped += this.#publishes.drop(Infinity);
    this.#queue.forget(() => false);
    this.#watchers.clear();
    this.#kv.close();
  }

  async #farewell(): Promise<void> {
    // What was said before the end is said.
    while (this.#queue.waits) await this.#write();
    await this.#claims.giveBack();
    await this.#peers.leave();
  }

  #topic(name: string): Deno.KvKey {
    return [...PREFIX, "topic", name];
  }

  #mailbox(peer: string): Deno.KvKey {
    return [...PREFIX, "mail", peer];
  }
}
