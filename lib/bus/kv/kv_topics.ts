import type { Entry, SubscribeOptions, Subscriber } from "../bus.ts";
import { type Head, HEAD_MS, headOf, LogReader, MAX_KEYS, newHead } from "./kv_log.ts";

interface Subscription {
  readonly subscriber: Subscriber;
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
  readonly #live = new Map<string, Live>();

  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string) {
    this.#kv = kv;
    this.#reader = new LogReader(kv, prefix);
    this.#self = self;
  }

  /** Whether somebody waits for his beginning. */
  get waits(): boolean {
    return this.#live.values().some(({ beginning }) => beginning.size > 0);
  }

  /** Adds somebody who listens. */
  add(key: Deno.KvKey, subscriber: Subscriber, options: SubscribeOptions): Disposable {
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
      for (const { subscriber } of begun) subscriber.lost(undefined);
    }
    if (begun.size > 0 && live.at && live.at.place < head.place) {
      let { next } = live.at;
      for await (const { entry, place } of this.#reader.from(key, head, live.at.place)) {
        if (entry.mark.number > next) this.#lost(begun, entry.mark.number - next);
        next = entry.mark.number + entry.count;
        this.#bring(begun, entry);
        // Where reading breaks off, it goes on behind what was brought.
        live.at = { id: head.id, place: place + 1, next };
      }
      if (head.next > next) this.#lost(begun, head.next - next);
    }
    live.at = head;
    for (const one of [...beginning]) {
      const { subscriber, options: { last = 0, after } } = one;
      const past = last > 0 ? await this.#reader.last(key, head, last, after) : [];
      if (!beginning.delete(one)) continue;
      begun.add(one);
      subscriber.began(past, { log: head.id, number: head.next });
    }
  }

  #bring(begun: ReadonlySet<Subscription>, entry: Entry): void {
    for (const { subscriber } of begun) {
      if (entry.count > 0) subscriber.entry(entry);
      else if (entry.from !== this.#self) subscriber.cast(entry.payload, entry.from);
    }
  }

  #lost(begun: ReadonlySet<Subscription>, count: number): void {
    for (const { subscriber } of begun) subscriber.lost(count);
  }
}
