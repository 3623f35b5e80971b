/** The other servers of a store: each writes another number now and then. */
export class KvPeers {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #self: string;
  readonly #ttl: number;
  readonly #tell: { joined(peer: string): void; left(peer: string): void };
  /** When another number was seen for the first time, on the clock of `performance.now()`. */
  readonly #seen = new Map<string, { readonly beat: unknown; readonly since: number }>();
  readonly #there = new Set<string>();
  #beat = 0;

  /** @param ttl Milliseconds after which one that writes nothing is gone. */
  constructor(
    kv: Deno.Kv,
    prefix: Deno.KvKey,
    { self, ttl, tell }: {
      readonly self: string;
      readonly ttl: number;
      readonly tell: { joined(peer: string): void; left(peer: string): void };
    },
  ) {
    this.#kv = kv;
    this.#prefix = [...prefix, "peer"];
    this.#self = self;
    this.#ttl = ttl;
    this.#tell = tell;
  }

  /** Servers that are there. */
  get there(): ReadonlySet<string> {
    return this.#there;
  }

  /** Says that this server is there. */
  async beat(): Promise<void> {
    const isFirst = this.#beat === 0;
    const key = [...this.#prefix, this.#self];
    // For long enough that nobody has to trust a clock.
    const commit = this.#kv.atomic().set(key, ++this.#beat, { expireIn: 10 * this.#ttl });
    if (isFirst) commit.sum([...this.#prefix.slice(0, -1), "census"], 1n);
    await commit.commit();
  }

  /** Says that it is not any more. */
  async leave(): Promise<void> {
    await this.#kv.atomic().delete([...this.#prefix, this.#self])
      .sum([...this.#prefix.slice(0, -1), "census"], 1n).commit();
  }

  /** Looks who is there. */
  async look(): Promise<void> {
    const [listed, found] = [new Set<string>(), new Set<string>()];
    const now = performance.now();
    for await (const { key, value } of this.#kv.list({ prefix: this.#prefix })) {
      const peer = String(key.at(-1));
      if (peer === this.#self || !/^[a-z0-9]{16}$/.test(peer)) continue;
      listed.add(peer);
      const known = this.#seen.get(peer);
      const isAlive = !known || known.beat !== value;
      if (isAlive) this.#seen.set(peer, { beat: value, since: now });
      if (isAlive || now - known.since <= this.#ttl) found.add(peer);
    }
    for (const peer of this.#there) if (!found.has(peer)) this.#leave(peer);
    for (const peer of found) {
      if (this.#there.has(peer)) continue;
      this.#there.add(peer);
      this.#tell.joined(peer);
    }
    for (const peer of this.#seen.keys()) if (!listed.has(peer)) this.#seen.delete(peer);
  }

  /** Nobody hears of anybody. */
  clear(): void {
    for (const peer of [...this.#there]) this.#leave(peer);
  }

  #leave(peer: string): void {
    this.#there.delete(peer);
    this.#tell.left(peer);
  }
}
