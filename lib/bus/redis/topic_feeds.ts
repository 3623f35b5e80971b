import { messageOf } from "../../base/errors.ts";
import type { SubscribeOptions, Subscriber } from "../bus.ts";
import type { RedisLink } from "./redis_link.ts";
import { TopicFeed, type TopicFeedOptions } from "./topic_feed.ts";

// Channels of one command, and topics that are read at once.
const AT_ONCE = 500;

/** All topics that somebody listens to: of each, Redis is asked once. */
export class TopicFeeds {
  /** Messages since the start. */
  readonly counted = { delivered: 0, lost: 0 };
  readonly #options: Omit<TopicFeedOptions, "topic" | "count">;
  readonly #feeds = new Map<string, TopicFeed>();
  /** Topics that somebody has begun to listen to in this turn. */
  readonly #wanted = new Set<string>();
  #link: RedisLink | undefined;

  constructor(options: Omit<TopicFeedOptions, "topic" | "count">) {
    this.#options = options;
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions): Disposable {
    let feed = this.#feeds.get(topic);
    if (!feed) {
      const count = (what: "delivered" | "lost", messages: number) => {
        this.counted[what] += messages;
      };
      feed = new TopicFeed({ ...this.#options, topic, count });
      this.#feeds.set(topic, feed);
      this.#want(topic);
    }
    const listening = feed.add(subscriber, options);
    return {
      [Symbol.dispose]: () => {
        listening[Symbol.dispose]();
        if (feed.isEmpty && this.#feeds.get(topic) === feed) this.#leave(topic, feed);
      },
    };
  }

  /** Redis is there: listens to all topics, and reads what is missing. */
  async up(link: RedisLink): Promise<void> {
    this.#link = link;
    this.#wanted.clear();
    await this.#listen(link, [...this.#feeds.keys()]);
  }

  /** Redis is away. */
  down(): void {
    this.#link = undefined;
    for (const feed of this.#feeds.values()) feed.down();
  }

  /** Something came over a channel. */
  take(channel: string, message: Uint8Array): void {
    const topic = this.#options.keys.topicOf(channel);
    if (topic !== undefined) this.#feeds.get(topic)?.take(message);
  }

  /** Says that the topics are used, and looks whether anything of them is missing. */
  async read(): Promise<void> {
    const feeds = [...this.#feeds.values()];
    for (let at = 0; at < feeds.length; at += AT_ONCE) {
      await Promise.all(feeds.slice(at, at + AT_ONCE).map((feed) => feed.look()));
    }
  }

  /** Nobody listens any more. */
  end(): void {
    this.down();
    this.#feeds.clear();
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
      await link.subscribe(some.map((topic) => this.#options.keys.channel(topic)));
      if (link !== this.#link) return;
      for (const topic of some) this.#feeds.get(topic)?.up(link);
    }
  }

  #leave(topic: string, feed: TopicFeed): void {
    this.#feeds.delete(topic);
    feed.down();
    if (this.#wanted.delete(topic)) return;
    // Where the link has ended, so has the subscription.
    this.#link?.unsubscribe(this.#options.keys.channel(topic)).catch(() => {});
  }
}
