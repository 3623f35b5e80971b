import { MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { BusWatcher } from "../bus.ts";
import { fieldsOf, wholeOf } from "./heard.ts";
import { Pair, type Parcel } from "./pair.ts";
import type { Reply } from "./redis_client.d.ts";
import type { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import { refusalKind } from "./refusal_kind.ts";
import { sizeOf, unpackItems } from "./shipment.ts";

// Bytes that wait for Redis, parcels in an inbox that nobody reads, and servers that are remembered after they have left.
const MAX_WAITING = 4 * MAX_BUS_QUEUE;
const MAX_INBOX = 100_000;
const REMEMBERED = 1_000;
const NAME = /^[a-z0-9]{16}$/;

/** Options of {@linkcode RedisPeers}. */
export interface RedisPeersOptions {
  readonly self: string;
  readonly keys: RedisKeys;
  /** Told of servers, and of what they send. */
  readonly told: Required<Pick<BusWatcher, "joined" | "left" | "received">>;
  /** Less waits. */
  moved(): void;
  /** Something is not as it should be. */
  odd(what: string): void;
}

/** The other servers, and what goes between them and this one: over a stream for each, its inbox. */
export class RedisPeers {
  readonly names = new Set<string>();
  /** Frames that were dropped because too much waited. */
  uncast = 0;
  readonly #options: RedisPeersOptions;
  readonly #pairs = new Map<string, Pair>();
  readonly #due = new Set<string>();
  /** Parcels that Redis was sent, and has not answered: on a slow way that takes longer than the next attempt. */
  #posting = new Set<Parcel>();
  #link: RedisLink | undefined;
  #bytes = 0;

  constructor(options: RedisPeersOptions) {
    this.#options = options;
  }

  /** Bytes that wait for Redis. */
  get bytes(): number {
    return this.#bytes;
  }

  up(link: RedisLink): void {
    this.#link = link;
    this.retry();
  }

  down(): void {
    this.#link = undefined;
    this.#posting = new Set();
  }

  /** Gives up everything. */
  end(): void {
    this.down();
    for (const pair of this.#pairs.values()) pair.renew();
  }

  /** These servers are there, and no others. */
  sync(found: readonly string[]): void {
    const there = new Set(found.filter((name) => NAME.test(name) && name !== this.#options.self));
    for (const name of this.names) if (!there.has(name)) this.leave(name);
    for (const name of there) this.join(name);
  }

  /** A server is there. */
  join(name: string): void {
    if (!NAME.test(name) || name === this.#options.self || this.names.has(name)) return;
    this.names.add(name);
    const pair = this.#pairOf(name);
    this.#options.told.joined(name);
    // Where it has not left, it learns so that this one has given up what was on its way.
    if (pair.epoch > 0 && pair.parcels.length === 0) this.#hello(name, pair);
  }

  /** A server is gone. */
  leave(name: string): void {
    if (!this.names.delete(name)) return;
    const pair = this.#pairOf(name);
    pair.renew();
    this.#options.told.left(name);
    this.#forget();
  }

  /** Redis has lost its memory: what was on its way is gone, which might show only when something else is sent. */
  forgotten(): void {
    for (const name of [...this.names]) {
      const pair = this.#pairOf(name);
      if (pair.isUsed) this.#reset(name, pair);
    }
  }

  /** All of them are gone, as far as anybody can know here. */
  leaveAll(): void {
    for (const name of this.names) this.leave(name);
  }

  send(name: string, payload: Uint8Array): void {
    if (!this.names.has(name)) return;
    const pair = this.#pairOf(name);
    const item = { count: 1, payload };
    if (this.#bytes + sizeOf(item) > MAX_WAITING) {
      this.uncast++;
      this.#options.odd(`more than ${MAX_WAITING} bytes wait for other servers`);
      return this.#reset(name, pair);
    }
    pair.add(item);
    if (this.#due.has(name)) return;
    this.#due.add(name);
    // What else is sent in this turn goes with it.
    queueMicrotask(() => {
      this.#due.delete(name);
      for (const parcel of pair.pack()) this.#post(name, pair, parcel);
    });
  }

  /** Sends again what Redis has not taken. */
  retry(): void {
    for (const [name, pair] of this.#pairs) {
      for (const parcel of [...pair.parcels]) this.#post(name, pair, parcel);
    }
  }

  /** Entries of this server's inbox. */
  take(entries: readonly Reply[]): void {
    for (const entry of entries) {
      if (!Array.isArray(entry) || !Array.isArray(entry[1])) continue;
      const fields = fieldsOf(entry[1]);
      const [from = "", epoch, turn] = ["f", "e", "t"].map((name) =>
        latin1.decode(fields.get(name))
      );
      const items = unpackItems(fields.get("b") ?? new Uint8Array());
      if (!NAME.test(from) || !items || from === this.#options.self) {
        this.#options.odd("the inbox of this server has an entry that is none of ours");
        continue;
      }
      this.join(from);
      const pair = this.#pairOf(from);
      switch (pair.judge(wholeOf(epoch), wholeOf(turn))) {
        case "stale":
          if (pair.answered !== pair.epoch) this.#hello(from, pair);
          pair.answered = pair.epoch;
          continue;
        case "missing":
          this.#reset(from, pair);
          continue;
        case "renewed":
          this.#options.told.left(from);
          this.#options.told.joined(from);
          break;
        case "known":
          continue;
      }
      for (const { payload } of items) this.#options.told.received(payload, from);
    }
  }

  #pairOf(name: string): Pair {
    let pair = this.#pairs.get(name);
    if (!pair) this.#pairs.set(name, pair = new Pair(this.#moved));
    return pair;
  }

  /** Gives up what is on its way between this server and another one that is there. */
  #reset(name: string, pair: Pair): void {
    pair.renew();
    this.#options.told.left(name);
    this.#options.told.joined(name);
    this.#hello(name, pair);
  }

  readonly #moved = (bytes: number): void => {
    this.#bytes += bytes;
    if (bytes < 0) this.#options.moved();
  };

  #hello(name: string, pair: Pair): void {
    this.#post(name, pair, pair.hello());
  }

  async #post(name: string, pair: Pair, parcel: Parcel): Promise<void> {
    const [link, posting] = [this.#link, this.#posting];
    if (!link || posting.has(parcel)) return;
    posting.add(parcel);
    const { self, keys } = this.#options;
    const { epoch, turn, body } = parcel;
    try {
      const id = await link.command(
        ...["XADD", keys.inbox(name), "NOMKSTREAM", "MAXLEN", "~", String(MAX_INBOX), "*"],
        ...["f", self, "e", String(epoch), "t", String(turn), "b", body],
      );
      // Without an inbox, it has left, or Redis has forgotten it: then it makes another one soon.
      if (id === null) return;
    } catch (error) {
      const { message } = error as Error;
      if (refusalKind(error) === "refused") this.#options.odd(message);
      else link.fail(message);
      return;
    } finally {
      posting.delete(parcel);
    }
    pair.posted(parcel);
  }

  /** Bounds what is remembered of those who have left. */
  #forget(): void {
    if (this.#pairs.size <= this.names.size + REMEMBERED) return;
    for (const name of this.#pairs.keys()) {
      if (this.names.has(name)) continue;
      this.#pairs.delete(name);
      return;
    }
  }
}

const latin1 = new TextDecoder("latin1");
