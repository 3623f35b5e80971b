import type { Log } from "../../base/log.ts";
import { logThrown } from "../../base/log_thrown.ts";
import type { BusFigures, Entry, SubscribeOptions, Subscriber } from "../bus.ts";
import { type Head, HEAD_MS, headOf, LogReader, MAX_KEYS, newHead } from "./kv_log.ts";

/** Somebody who listens to a log. */
export interface KvSubscriber extends Subscriber {
  /** Entries are missing, of which nobody knows whether they were messages or casts. */
  skipped?(): void;
}

interface Subscription {
  readonly subscriber: KvSubscriber;
  readonly options: SubscribeOptions;
}

/** A log that somebody listens to. */
interface Live {
  readonly key: Deno.KvKey;
  /** Where it has been read to; undefined where nobody's beginning was told. */
  at: Head | undefined;
  readonly begun: Set<Subscription>;
  readonly beginning: Set<Subscription>;
}

/** Topics that a server listens to. Each log is read once, whoever listens to it there. */
export class KvTopics {
  readonly #kv: Deno.Kv;
  readonly #reader: LogReader;
  readonly #self: string;
  readonly #log: Log;
  readonly #before: () => void;
  readonly #live = new Map<string, Live>();
  readonly #figures = { delivered: 0, lost: 0 };

  /**
   * @param log Told of those who fail when they are told something.
   * @param before Called before somebody is told something.
   */
  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string, log: Log, before: () => void) {
    this.#kv = kv;
    this.#reader = new LogReader(kv, prefix);
    this.#self = self;
    this.#log = log;
    this.#before = before;
  }

  /** Messages that were brought, once for each log, and those that are missing. */
  get figures(): Pick<BusFigures, "delivered" | "lost"> {
    return this.#figures;
  }

  /** Whether somebody waits for his beginning. */
  get waits(): boolean {
    return this.#live.values().some(({ beginning }) => beginning.size > 0);
  }

  /** Adds somebody who listens. */
  add(key: Deno.KvKey, subscriber: KvSubscriber, options: SubscribeOptions): Disposable {
    const name = JSON.stringify(key);
    let live = this.#live.get(name);
    if (!live) {
      live = { key, at: undefined, begun: new Set(), beginning: new Set() };
      this.#live.set(name, live);
    }
    const { begun, beginning } = live;
    const added = { subscriber, options };
    beginning.add(added);
    return {
      [Symbol.dispose]: () => {
        if (!beginning.delete(added) && !begun.delete(added)) return;
        if (beginning.size + begun.size === 0) this.#live.delete(name);
      },
    };
  }

  /** Nobody listens any more. */
  clear(): void {
    for (const { begun, beginning } of this.#live.values()) {
      begun.clear();
      beginning.clear();
    }
    this.#live.clear();
  }

  /** Reads what is new, and begins what is to begin. */
  async read(): Promise<void> {
    const all = [...this.#live.values()];
    for (let from = 0; from < all.length; from += MAX_KEYS) {
      const some = all.slice(from, from + MAX_KEYS);
      const heads = await this.#kv.getMany(some.map(({ key }) => key));
      for (const [index, live] of some.entries()) {
        const found = heads[index];
        const head = found && headOf(found.value) || await this.#found(live, found);
        if (head) await this.#readOne(live, head);
      }
    }
  }

  /** Makes a head that is not there: the next message has its place. */
  async #found(live: Live, missing?: Deno.KvEntryMaybe<unknown>): Promise<Head | undefined> {
    // One that has expired goes on where it was.
    const head = live.at ?? newHead();
    const { ok } = await this.#kv.atomic()
      .check({ key: live.key, versionstamp: missing?.versionstamp ?? null })
      .set(live.key, head, { expireIn: HEAD_MS }).commit();
    return ok ? head : headOf((await this.#kv.get(live.key)).value);
  }

  async #readOne(live: Live, head: Head): Promise<void> {
    const { begun, beginning, key } = live;
    if (live.at && live.at.id !== head.id) {
      live.at = { id: head.id, place: 1, next: 1 };
      this.#tell(begun, (subscriber) => subscriber.lost(undefined));
    }
    if (begun.size > 0 && live.at && live.at.place < head.place) {
      let { place, next } = live.at;
      for await (const found of this.#reader.from(key, head, place)) {
        const { entry } = found;
        this.#miss(begun, found.place - place, entry.mark.number - next);
        [place, next] = [found.place + 1, entry.mark.number + entry.count];
        this.#bring(begun, entry);
        // Where reading breaks off, it goes on behind what was brought.
        live.at = { id: head.id, place, next };
      }
      this.#miss(begun, head.place - place, head.next - next);
    }
    live.at = head;
    for (const one of [...beginning]) {
      const { subscriber, options: { last = 0, after } } = one;
      const past = last > 0 ? await this.#reader.last(key, head, last, after) : [];
      if (!beginning.delete(one)) continue;
      begun.add(one);
      this.#tell([one], () => subscriber.began(past, { log: head.id, number: head.next }));
    }
  }

  #bring(begun: Iterable<Subscription>, entry: Entry): void {
    const { count, from, payload } = entry;
    this.#figures.delivered += count;
    if (count > 0) this.#tell(begun, (subscriber) => subscriber.entry(entry));
    else if (from !== this.#self) {
      this.#tell(begun, (subscriber) => subscriber.cast(payload, from));
    }
  }

  #miss(begun: Iterable<Subscription>, entries: number, messages: number): void {
    this.#figures.lost += Math.max(0, messages);
    if (messages > 0) this.#tell(begun, (subscriber) => subscriber.lost(messages));
    else if (entries > 0) this.#tell(begun, (subscriber) => subscriber.skipped?.());
  }

  #tell(all: Iterable<Subscription>, what: (subscriber: KvSubscriber) => void): void {
    this.#before();
    for (const { subscriber } of all) {
      try {
        what(subscriber);
      } catch (error) {
        // The mistake of one who listens is nobody else's, and none of the store.
        logThrown(this.#log, "server", "What the bus has brought failed", error);
      }
    }
  }
}
