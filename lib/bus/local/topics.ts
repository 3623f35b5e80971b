import { MAX_EMPTY_ROOMS, MAX_HISTORY_OF_EMPTY_ROOMS } from "../../base/limits.ts";
import type { Entry, PublishTerms } from "../bus.ts";
import { costOf, endOf, type Listener, Topic } from "./topic.ts";

/** Bounds of {@linkcode Topics}. */
export interface TopicsOptions {
  /** Bytes of the last entries of all topics that are there for whoever has to catch up; default 32 MiB. */
  readonly maxRecent?: number;
  /** Bytes of the entries of all topics; default 256 MiB. */
  readonly maxKept?: number;
  /** Topics that nobody listens to; default 1,000. */
  readonly maxIdle?: number;
}

/**
 * All topics of an engine.
 *
 * Clients choose names of topics: of those that nobody listens to, the one that nothing has happened to for the longest
 * time is forgotten where there are too many, or have too much. Where all together have too much, those in which nothing
 * was said for the longest time lose what they keep.
 */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  /** With the bytes that each was counted with, from the one that nothing has happened to for the longest time. */
  readonly #idle = new Map<Topic, number>();
  #idleBytes = 0;
  /** Topics with what they were counted with, from the one in which nothing was said for the longest time. */
  readonly #kept = new Map<Topic, number>();
  #keptBytes = 0;
  /** Entries that are recent, from the oldest at `#first`. */
  #recent: { readonly topic: Topic; readonly end: number; readonly cost: number }[] = [];
  #first = 0;
  #recentBytes = 0;
  readonly #maxRecent: number;
  readonly #maxKept: number;
  readonly #maxIdle: number;

  constructor(options: TopicsOptions = {}) {
    this.#maxRecent = options.maxRecent ?? 32 * 1024 * 1024;
    this.#maxKept = options.maxKept ?? 256 * 1024 * 1024;
    this.#maxIdle = options.maxIdle ?? MAX_EMPTY_ROOMS;
  }

  /** How many there are. */
  get size(): number {
    return this.#topics.size;
  }

  /** Bytes of memory of all that they keep. */
  get bytes(): number {
    return this.#keptBytes;
  }

  /** The topic of a name, if it is there. */
  find(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** Adds somebody who listens. */
  listen(name: string, listener: Listener): Topic {
    const topic = this.#open(name);
    this.#wake(topic);
    topic.listeners.add(listener);
    return topic;
  }

  /** Takes somebody out who listens. */
  leave(topic: Topic, listener: Listener): void {
    if (topic.listeners.delete(listener) && topic.listeners.size === 0) this.#rest(topic);
  }

  /** Notes what somebody says on a topic, and tells those who listen. */
  publish(name: string | Topic, from: string, payload: Uint8Array, terms: PublishTerms): Entry {
    const topic = typeof name === "string" ? this.#open(name) : name;
    const entry = topic.add(from, payload, terms);
    const cost = costOf(payload);
    this.#recent.push({ topic, end: endOf(entry), cost });
    this.#recentBytes += cost;
    this.#outdate();
    this.#count(topic);
    if (topic.listeners.size === 0) this.#rest(topic);
    for (const listener of topic.listeners) listener.entry(topic, entry);
    return entry;
  }

  #open(name: string): Topic {
    let topic = this.#topics.get(name);
    if (!topic) this.#topics.set(name, topic = new Topic(name));
    return topic;
  }

  #outdate(): void {
    for (let oldest; this.#recentBytes > this.#maxRecent && (oldest = this.#recent[this.#first]);) {
      this.#recentBytes -= oldest.cost;
      this.#first++;
      oldest.topic.outdate(oldest.end);
      if (this.#kept.has(oldest.topic)) this.#recount(oldest.topic);
    }
    if (this.#first >= 1024 && 2 * this.#first >= this.#recent.length) {
      this.#recent = this.#recent.slice(this.#first);
      this.#first = 0;
    }
  }

  #recount(topic: Topic): void {
    const { bytes } = topic;
    this.#keptBytes += bytes - (this.#kept.get(topic) ?? 0);
    this.#kept.set(topic, bytes);
    const idle = this.#idle.get(topic);
    if (idle === undefined) return;
    this.#idleBytes += bytes - idle;
    this.#idle.set(topic, bytes);
  }

  #count(topic: Topic): void {
    this.#recount(topic);
    const bytes = topic.bytes;
    // The one that something was just said in is the last.
    this.#kept.delete(topic);
    this.#kept.set(topic, bytes);
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= this.#maxKept || oldest === topic) return;
      oldest.clear();
      this.#recount(oldest);
      this.#kept.delete(oldest);
    }
  }

  #wake(topic: Topic): void {
    this.#idleBytes -= this.#idle.get(topic) ?? 0;
    this.#idle.delete(topic);
  }

  #rest(topic: Topic): void {
    this.#wake(topic);
    const { bytes } = topic;
    this.#idle.set(topic, bytes);
    this.#idleBytes += bytes;
    for (const oldest of this.#idle.keys()) {
      const fits = this.#idleBytes <= MAX_HISTORY_OF_EMPTY_ROOMS;
      if (fits && this.#idle.size <= this.#maxIdle) return;
      this.#drop(oldest);
    }
  }

  #drop(topic: Topic): void {
    this.#wake(topic);
    topic.clear();
    this.#recount(topic);
    this.#kept.delete(topic);
    this.#topics.delete(topic.name);
  }
}
