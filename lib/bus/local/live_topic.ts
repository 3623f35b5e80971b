import type { Mark } from "../../base/mark.ts";
import type { Entry, SubscribeOptions, Subscriber } from "../bus.ts";
import { endOf } from "./topic.ts";

/** One who listens to a topic at a server. */
export class Subscription {
  readonly subscriber: Subscriber;
  readonly options: SubscribeOptions;
  /** The number by which the engine is asked for the beginning. */
  readonly ask: number;
  readonly #past: Entry[] = [];
  /** The number of the message that comes next; undefined before it has begun. */
  #next: number | undefined;

  constructor(subscriber: Subscriber, ask: number, options: SubscribeOptions) {
    this.subscriber = subscriber;
    this.ask = ask;
    this.options = options;
  }

  /** Whether it has begun. */
  get hasBegun(): boolean {
    return this.#next !== undefined;
  }

  /** An entry from before its beginning. */
  past(entry: Entry): void {
    this.#past.push(entry);
  }

  /** Asks once more, over another connection. */
  restarted(): this {
    this.#past.length = 0;
    return this;
  }

  /** Begins, once. */
  begin(next: Mark): void {
    this.#next = next.number;
    this.subscriber.began(this.#past.splice(0), next);
  }

  /** Something was said. */
  entry(entry: Entry): void {
    // Where the server has not read for a while, those come late that this one has begun behind.
    if (this.#next === undefined || entry.mark.number < this.#next) return;
    this.#next = endOf(entry) + 1;
    this.subscriber.entry(entry);
  }

  /** Something was said that nobody keeps. */
  cast(payload: Uint8Array, from: string): void {
    if (this.#next !== undefined) this.subscriber.cast(payload, from);
  }

  /**
   * Messages are missing.
   *
   * @param next The number of the next that is not.
   * @param isKnown Whether that is in the same log.
   */
  lost(next: number, isKnown: boolean): void {
    if (this.#next === undefined || (isKnown && next <= this.#next)) return;
    const count = isKnown ? next - this.#next : undefined;
    this.#next = next;
    this.subscriber.lost(count);
  }
}

/** A topic that somebody listens to at a server. */
export class LiveTopic {
  readonly topic: string;
  /** The name as it is written. */
  readonly name: Uint8Array;
  /** The number of the server's subscription to it. */
  readonly number: number;
  readonly subscriptions = new Set<Subscription>();
  /** The place of the message that comes next; undefined before the engine has said it. */
  next: Mark | undefined;

  constructor(topic: string, name: Uint8Array, number: number) {
    this.topic = topic;
    this.name = name;
    this.number = number;
  }
}
