import { isId } from "../local/record.ts";
import type { Watchers } from "../local/watchers.ts";
import { ring } from "./ring.ts";

/** Servers that are believed to be there: each of them reads and writes all the time. */
const MOST_PEERS = 1_000;

/** Options of {@linkcode KvPeers}. */
export interface KvPeersOptions {
  readonly self: string;
  /** Milliseconds after which one that writes nothing is gone. */
  readonly ttl: number;
  /** Told of those who are there; they know who that is. */
  readonly watchers: Watchers;
  /** Nobody has to believe any more that this server is there. */
  unsure(): void;
}

/** The other servers of a store: each writes another number now and then. */
export class KvPeers {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  /** The prefix of the keys of servers. */
  readonly #peers: Deno.KvKey;
  readonly #self: string;
  readonly #ttl: number;
  readonly #watchers: Watchers;
  /** When another number was seen for the first time, on the clock of `performance.now()`. */
  readonly #seen = new Map<string, { readonly beat: unknown; readonly since: number }>();
  readonly #unsure: () => void;
  /** Servers that have gone, of which that is not told yet. */
  readonly #gone = new Set<string>();
  #beat = 0;
  /** When it has last begun to say that it is there. */
  #beatAt = -Infinity;
  /** Until when others have to believe that it is there, where somebody is to be told of that end. */
  #sureUntil = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isForgotten = false;
  #isOver = false;

  /** Knows of nobody. */
  constructor(
    kv: Deno.Kv,
    prefix: Deno.KvKey,
    { self, ttl, watchers, unsure }: KvPeersOptions,
  ) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#peers = [...prefix, "peer"];
    this.#self = self;
    this.#ttl = ttl;
    this.#watchers = watchers;
    this.#unsure = unsure;
  }

  /** Whether others may know of this server. */
  get isKnown(): boolean {
    return this.#beatAt > -Infinity;
  }

  /** Whether all have to believe that this server is there. */
  get isSure(): boolean {
    return performance.now() - this.#beatAt < this.#ttl;
  }

  /** Servers that are there, as far as those who are told of them know. */
  get told(): ReadonlySet<string> {
    return this.#watchers.peers;
  }

  /** Whether a server is there. */
  has(peer: string): boolean {
    return this.told.has(peer) && !this.#gone.has(peer);
  }

  /** Whether some have gone, of which that is to be told when their last words are. */
  get hasGone(): boolean {
    return this.#gone.size > 0;
  }

  /** Whether nobody is known, because that was forgotten. */
  get waits(): boolean {
    return this.#isForgotten;
  }

  /** Says that this server is there, where that is due, and looks who else is. */
  async beat(): Promise<void> {
    const now = performance.now();
    if (now - this.#beatAt < this.#ttl / 3) return;
    const isFirst = !this.isKnown;
    const key = [...this.#peers, this.#self];
    // For long enough that nobody has to trust a clock.
    const commit = this.#kv.atomic().set(key, ++this.#beat, { expireIn: 10 * this.#ttl });
    if (isFirst) ring(commit, this.#prefix, "census");
    await commit.commit();
    // The store may have answered too late.
    if (this.#isOver) return;
    this.#beatAt = now;
    clearTimeout(this.#timer);
    this.#sureUntil = now + this.#ttl;
    const sureMs = Math.max(0, this.#sureUntil - performance.now());
    this.#timer = setTimeout(() => this.#end(), sureMs);
    await this.look();
  }

  /** Tells that nobody has to believe any more that this server is there, where its timer is late, as after a stop. */
  checkDue(): void {
    if (performance.now() >= this.#sureUntil) this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#sureUntil = Infinity;
    this.#unsure();
  }

  /** Says nothing any more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#sureUntil = Infinity;
  }

  /** Says that it is not any more. */
  async leave(): Promise<void> {
    const commit = this.#kv.atomic().delete([...this.#peers, this.#self]);
    await ring(commit, this.#prefix, "census").commit();
  }

  /** Looks who is there. Whoever has gone has left when that is told: what was said before can be read then. */
  async look(): Promise<void> {
    const [listed, found] = [new Set<string>(), new Set<string>()];
    const now = performance.now();
    for await (
      const { key, value } of this.#kv.list({ prefix: this.#peers }, { limit: MOST_PEERS })
    ) {
      const peer = String(key.at(-1));
      if (peer === this.#self || !isId(peer)) continue;
      listed.add(peer);
      const known = this.#seen.get(peer);
      const isAlive = !known || known.beat !== value;
      if (isAlive) this.#seen.set(peer, { beat: value, since: now });
      if (isAlive || now - known.since <= this.#ttl) found.add(peer);
    }
    this.#isForgotten = false;
    for (const peer of this.told) if (!found.has(peer)) this.#gone.add(peer);
    for (const peer of found) {
      this.#gone.delete(peer);
      if (!this.told.has(peer)) this.#watchers.joined(peer);
    }
    for (const peer of this.#seen.keys()) if (!listed.has(peer)) this.#seen.delete(peer);
  }

  /** Tells of those who have gone. */
  tellGone(): void {
    for (const peer of this.#gone) this.#watchers.left(peer);
    this.#gone.clear();
  }

  /** Something of a server is missing: it leaves, and comes again. */
  missed(peer: string): void {
    if (!this.told.has(peer)) return;
    this.#watchers.left(peer);
    this.#watchers.joined(peer);
  }

  /** Something is missing, and it is not known of whom: all leave, until it is looked who is there. */
  clear(): void {
    this.#isForgotten = true;
    this.#gone.clear();
    this.#watchers.leaveAll();
  }
}
