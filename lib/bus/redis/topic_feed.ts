import type { SubscribeOptions, Subscriber } from "../bus.ts";
import { entriesOf, type Found, foundIn } from "./found.ts";
import { freshLog } from "./fresh_name.ts";
import { type Heard, readHeard, readStored, type Shipped } from "./heard.ts";
import { HeldBack } from "./held_back.ts";
import { type Listener, Listeners } from "./listeners.ts";
import type { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import type { RedisTerms } from "./redis_terms.ts";
import { refusalKind } from "./refusal_kind.ts";

// Entries that are asked for at once.
const PAGE = 100;

// Redis cannot know a number that is so far behind its last.
const FAR = 2 ** 32;

/** Options of {@linkcode TopicFeed}. */
export interface TopicFeedOptions {
  readonly topic: string;
  readonly self: string;
  readonly keys: RedisKeys;
  readonly terms: RedisTerms;
  /** Messages were brought, or told to be lost. */
  count(what: "delivered" | "lost", messages: number): void;
  /** Something there is not as it should be: a stranger has written it, or Redis refuses to read it. */
  odd(topic: string, what: string): void;
}

/**
 * One topic as it comes: what is published is told at once, and each shipment says what was before it; where that is
 * another one than the last that has come, what is between is read from the stream.
 */
export class TopicFeed {
  readonly #options: TopicFeedOptions;
  readonly #listeners = new Listeners();
  #link: RedisLink | undefined;
  /** Undefined until somebody has begun. */
  #log: string | undefined;
  #at = 0;
  /** The last number of which Redis itself has told; those behind it were heard. */
  #sure = 0;
  /** Until what is missing was read, and whether Redis has answered; meanwhile, what comes waits. */
  #reading: Promise<boolean> | undefined;
  /** Whether something was heard before anybody has begun. */
  #isBehind = false;
  readonly #held = new HeldBack();
  /** Whether it is to be read once more. */
  #again = false;

  constructor(options: TopicFeedOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** Begins to listen, when Redis is there. */
  add(subscriber: Subscriber, options: SubscribeOptions): Disposable {
    const listener: Listener = { subscriber, options, hasBegun: false, at: 0 };
    this.#listeners.add(listener);
    this.#begin(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Redis is there, and brings what is published from now on. */
  up(link: RedisLink): void {
    this.#link = link;
    void this.look();
  }

  /** Redis is away. */
  down(): void {
    this.#link = undefined;
    this.#reading = undefined;
    this.#held.take();
  }

  /** Reads what is missing, and begins what has not begun. */
  async look(): Promise<void> {
    await Promise.all([this.read(), ...Array.from(this.#listeners, (each) => this.#begin(each))]);
  }

  /** Something came over the channel. */
  take(message: Uint8Array): void {
    const heard = readHeard(message);
    if (!heard) return this.#odd("something else than a message came over its channel");
    if (this.#log === undefined) {
      // It is among what somebody begins with, or, where that was asked for before, behind it in the stream.
      this.#isBehind ||= heard.kind !== "cast";
      return this.#cast(heard);
    }
    if (!this.#reading && this.#apply(heard)) return;
    // Beyond what is held back, it is in the stream.
    if (!this.#held.add(heard)) this.#again = true;
    if (!this.#reading) void this.read();
  }

  /**
   * Reads what is missing.
   *
   * @returns Whether Redis has answered.
   */
  read(): Promise<boolean> {
    const link = this.#link;
    if (!link || this.#log === undefined) return Promise.resolve(false);
    this.#again = this.#reading !== undefined;
    return this.#reading ??= this.#readAll(link);
  }

  async #readAll(link: RedisLink): Promise<boolean> {
    let hasMore: boolean | undefined;
    try {
      do {
        this.#again = false;
        do {
          this.#held.asks();
          hasMore = await this.#readPage(link);
        } while (hasMore);
        if (link !== this.#link) return false;
        this.#goOn();
      } while (this.#again);
    } catch (error) {
      this.#failed(link, error);
    }
    if (link !== this.#link) return false;
    // Where Redis has refused to answer, nothing can be made of the rest.
    this.#held.asks();
    this.#goOn();
    this.#reading = undefined;
    return hasMore === false;
  }

  /**
   * Brings what was heard meanwhile: in a topic that is never quiet, it is not to wait until nothing more comes. Where
   * something does not follow, it is to be read once more.
   */
  #goOn(): void {
    const { known, later } = this.#held.take();
    for (const heard of known) {
      // Whatever Redis has said before it was asked is among what was read, and so is that another log begins.
      if (heard.kind === "renewed" || this.#apply(heard)) continue;
      this.#odd("a message came that is not in its stream");
    }
    for (const [index, heard] of later.entries()) {
      if (this.#apply(heard)) continue;
      this.#again = true;
      later.slice(index).forEach((next) => this.#held.add(next));
      return;
    }
  }

  /** Whether there is more; undefined where Redis does not say it. */
  async #readPage(link: RedisLink): Promise<boolean | undefined> {
    const { topic, keys, terms } = this.#options;
    const [log = "", at] = [this.#log, this.#at];
    const found = foundIn(
      await link.script("after", keys.topic(topic), [
        ...[link.run, freshLog(), String(terms.retention), keys.channel(topic)],
        ...[log, String(at), String(PAGE)],
      ]),
    );
    if (link !== this.#link) return undefined;
    if (!found) return void this.#odd("Redis has answered something else");
    let isTold = false;
    if (found.log !== log) {
      isTold = true;
      this.#lose(undefined);
      this.#log = found.log;
      if (!found.goesOn) {
        this.#at = this.#sure = 0;
        this.#listeners.restart();
      }
    }
    const isFull = found.stored.length >= PAGE;
    for (const reply of found.stored) {
      const stored = readStored(found.log, reply);
      if (!stored || stored.last > found.last) {
        this.#odd("its stream has an entry that is none of ours");
        continue;
      }
      if (stored.last <= this.#at) continue;
      if (!isTold) this.#miss(stored.before, found);
      isTold = false;
      this.#deliver(stored);
    }
    if (isFull && this.#at > at) {
      this.#sure = this.#at;
      return true;
    }
    if (!isTold) this.#miss(found.last, found);
    this.#at = Math.max(this.#at, found.last);
    this.#sure = found.last;
    return false;
  }

  /** Tells that what is between the last message and another one is missing, but for where numbers have jumped. */
  #miss(upTo: number, { from, base }: Found): void {
    const isAcross = base > 0 && this.#at <= from && upTo >= base;
    const count = upTo - this.#at - (isAcross ? base - from : 0);
    if (count > 0) this.#lose(count, upTo);
  }

  #lose(count: number | undefined, upTo = Infinity): void {
    this.#options.count("lost", count ?? 0);
    this.#listeners.lose(count, upTo);
  }

  /** Whether it was what comes next, or is known. */
  #apply(heard: Heard): boolean {
    if (heard.kind === "cast") return this.#cast(heard), true;
    if (heard.kind === "renewed" || heard.log !== this.#log) return false;
    if (heard.last <= this.#sure) return true;
    if (heard.last <= this.#at) {
      // Something else was heard in its place. Redis begins another log for who knows what it does not know.
      this.#odd("it has numbers that a stranger has made up");
      this.#at += FAR;
      this.#again = true;
      return false;
    }
    if (heard.before > this.#at) return false;
    this.#deliver(heard);
    return true;
  }

  #deliver(shipped: Shipped): void {
    const { before, last } = shipped;
    this.#options.count("delivered", last - Math.max(this.#at, before));
    this.#at = last;
    this.#listeners.deliver(shipped);
  }

  #cast(heard: Heard): void {
    if (heard.kind !== "cast" || heard.from === this.#options.self) return;
    this.#listeners.cast(heard.items, heard.from);
  }

  async #begin(listener: Listener): Promise<void> {
    const link = this.#link;
    if (!link || listener.hasBegun) return;
    const { topic, keys, terms } = this.#options;
    const { last = 0, after } = listener.options;
    try {
      const reply = await link.script("last", keys.topic(topic), [
        ...[link.run, freshLog(), String(terms.retention)],
        ...[after?.log ?? "", String(after?.number ?? 0), String(last)],
      ]);
      if (link !== this.#link || !this.#listeners.has(listener) || listener.hasBegun) return;
      const found = foundIn(reply);
      if (!found) return this.#odd("Redis has answered something else");
      if (this.#log === undefined) {
        [this.#log, this.#at, this.#sure] = [found.log, found.last, found.last];
      }
      if (this.#log !== found.log || this.#at > found.last) {
        // The others have to hear of it first.
        const isRead = await this.read();
        if (isRead && link === this.#link) await this.#begin(listener);
        return;
      }
      [listener.hasBegun, listener.at] = [true, found.last];
      const known = after?.log === found.log ? after.number : 0;
      const past = entriesOf(found, last, known);
      listener.subscriber.began(past, { log: found.log, number: found.last + 1 });
      if (this.#isBehind) {
        this.#isBehind = false;
        void this.read();
      }
    } catch (error) {
      this.#failed(link, error);
    }
  }

  #failed(link: RedisLink, error: unknown): void {
    const { message } = error as Error;
    if (refusalKind(error) === "refused") this.#odd(message);
    else link.fail(message);
  }

  #odd(what: string): void {
    this.#options.odd(this.#options.topic, what);
  }
}
