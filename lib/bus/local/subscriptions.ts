import type { BusFigures, Entry, SubscribeOptions, Subscriber } from "../bus.ts";
import { LiveTopic, Subscription } from "./live_topic.ts";
import { encodeName, ID_LENGTH, isId, NO_LOG, RECORD } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import type { RecordWriter } from "./record_writer.ts";
import { endOf } from "./topic.ts";

/** A topic as a record names it: by the number of a subscription, or 0 and its name. */
export interface Target {
  readonly number: number;
  readonly name: Uint8Array;
}

/** Topics that a server listens to. Each is asked for once, whoever listens to it there. */
export class Subscriptions {
  readonly #byName = new Map<string, LiveTopic>();
  readonly #byNumber = new Map<number, LiveTopic>();
  /** Subscriptions that have not begun, by what the engine was asked. */
  readonly #beginning = new Map<number, Subscription>();
  #numbers = 0;
  readonly #figures = { delivered: 0, lost: 0 };

  /** Messages that were brought, once for each topic, and those that are missing. */
  get figures(): Pick<BusFigures, "delivered" | "lost"> {
    return this.#figures;
  }

  /** The topic in a record. */
  target(topic: string): Target {
    const live = this.#byName.get(topic);
    return live ? { number: live.number, name: EMPTY } : { number: 0, name: encodeName(topic) };
  }

  /**
   * Adds somebody who listens.
   *
   * @param writer Where the engine is asked; a getter, because it may be another one later.
   */
  add(
    topic: string,
    subscriber: Subscriber,
    options: SubscribeOptions,
    writer: () => RecordWriter | undefined,
  ): Disposable {
    let live = this.#byName.get(topic);
    if (!live) {
      live = new LiveTopic(topic, encodeName(topic), ++this.#numbers);
      this.#byName.set(topic, live);
      this.#byNumber.set(live.number, live);
    }
    const added = new Subscription(subscriber, ++this.#numbers, options);
    live.subscriptions.add(added);
    this.#beginning.set(added.ask, added);
    const to = writer();
    if (to) begin(live, added, to);
    return { [Symbol.dispose]: () => this.#remove(live, added, writer()) };
  }

  /** Goes on over another connection. */
  rejoin(writer: RecordWriter): void {
    for (const { name, number, next } of this.#byNumber.values()) {
      if (!next) continue;
      writer.begin(RECORD.resubscribe, 14 + ID_LENGTH + name.length)
        .u32(number).number(next.number).id(next.log).name(name);
    }
    for (const live of this.#byNumber.values()) {
      for (const subscription of live.subscriptions) {
        if (!subscription.hasBegun) begin(live, subscription.restarted(), writer);
      }
    }
  }

  /** Nobody listens any more. */
  clear(): void {
    for (const { subscriptions } of this.#byName.values()) subscriptions.clear();
    this.#byName.clear();
    this.#byNumber.clear();
    this.#beginning.clear();
  }

  /** Acts on a record about a topic. */
  past(reader: RecordReader): void {
    const subscription = this.#beginning.get(reader.u32());
    const entry = readEntry(reader, (number) => ({ log: reader.id(), number }));
    subscription?.past(entry);
  }

  /** Acts on a record about a topic. */
  began(reader: RecordReader): void {
    const live = this.#byNumber.get(reader.u32());
    const ask = reader.u32();
    const next = { number: reader.number(1), log: reader.id() };
    const subscription = this.#beginning.get(ask);
    this.#beginning.delete(ask);
    if (live) live.next ??= next;
    subscription?.begin(next);
  }

  /** Acts on a record about a topic. */
  entry(reader: RecordReader): void {
    const live = this.#byNumber.get(reader.u32());
    const entry = readEntry(reader, (number) => ({ log: live?.next?.log ?? NO_LOG, number }));
    if (!live) return;
    live.next = { log: entry.mark.log, number: endOf(entry) + 1 };
    this.#figures.delivered += entry.count;
    for (const subscription of live.subscriptions) subscription.entry(entry);
  }

  /** Acts on a record about a topic. */
  cast(reader: RecordReader): void {
    const live = this.#byNumber.get(reader.u32());
    const from = reader.id();
    const payload = reader.rest();
    for (const subscription of live?.subscriptions ?? []) subscription.cast(payload, from);
  }

  /** Acts on a record about a topic. */
  lost(reader: RecordReader): void {
    const live = this.#byNumber.get(reader.u32());
    const [number, isKnown, log] = [reader.number(1), reader.u32() === 1, reader.id()];
    if (!live) return;
    if (isKnown) this.#figures.lost += number - (live.next?.number ?? number);
    live.next = { log, number };
    for (const subscription of live.subscriptions) subscription.lost(number, isKnown);
  }

  #remove(live: LiveTopic, subscription: Subscription, writer: RecordWriter | undefined): void {
    this.#beginning.delete(subscription.ask);
    if (!live.subscriptions.delete(subscription) || live.subscriptions.size > 0) return;
    if (!this.#byNumber.delete(live.number)) return;
    this.#byName.delete(live.topic);
    writer?.begin(RECORD.unsubscribe, 4).u32(live.number);
  }
}

function begin(
  { name, number }: LiveTopic,
  { ask, options }: Subscription,
  writer: RecordWriter,
): void {
  const { last = 0, after } = options;
  // What a client says that it knows may be of a server that has given other ids.
  const isOurs = after !== undefined && isId(after.log);
  writer.begin(RECORD.subscribe, 26 + ID_LENGTH + name.length)
    .u32(number).u32(ask).number(Math.min(last, Number.MAX_SAFE_INTEGER))
    .number(isOurs ? after.number : 0).id(isOurs ? after.log : NO_LOG).name(name);
}

function readEntry(reader: RecordReader, markOf: (number: number) => Entry["mark"]): Entry {
  const mark = markOf(reader.number(1));
  return { mark, count: reader.number(1), from: reader.id(), payload: reader.rest() };
}

const EMPTY = new Uint8Array();
