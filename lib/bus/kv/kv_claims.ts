import type { Claim } from "../bus.ts";
import { type Holder, Tenures } from "../local/tenures.ts";
import { MAX_KEYS } from "./kv_log.ts";
import { ring } from "./ring.ts";

/** Other servers, as {@linkcode KvClaims} has to know them. */
export interface Peers {
  has(peer: string): boolean;
  /** Whether all others have to believe that this server is there. */
  readonly isSure: boolean;
  look(): Promise<void>;
}

// Fences that are believed: behind them there is room for all that will ever be.
const HIGHEST_FENCE = 2 ** 52;

/** Claims of a server in a store: each name is a key, whose value is who holds it; nobody where `peer` is empty. */
export class KvClaims {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #self: string;
  readonly #peers: Peers;
  readonly #tenures: Tenures<string>;
  /** Names that were given back, and the store does not know it yet, with their fences. */
  readonly #given = new Map<string, number>();

  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string, peers: Peers) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#self = self;
    this.#peers = peers;
    this.#tenures = new Tenures(self, (name, { fence }) => this.#given.set(name, fence));
  }

  /** Whether something waits. */
  get waits(): boolean {
    return this.#tenures.asked.size + this.#given.size > 0;
  }

  /**
   * Finds who holds a name.
   *
   * @param ms The time for an answer.
   * @param ask Has `act` called soon.
   */
  claim(name: string, ms: number, ask: () => void): Promise<Claim> {
    return this.#tenures.claim(name, ms, ask);
  }

  /** Answers whoever has asked, and gives back. */
  async act(): Promise<void> {
    await this.giveBack();
    for (const { ask, name } of [...this.#tenures.asked.values()]) {
      const holder = await this.#find(name);
      // The store may have answered so late that others take this server for gone, and the name: it is asked again.
      if (this.#tenures.isOwn(holder) && !this.#peers.isSure) return;
      this.#tenures.answer(ask, name, holder);
    }
  }

  /** Looks whether those whose holders are known still have them. */
  async look(): Promise<void> {
    const all = [...this.#tenures.known];
    for (let from = 0; from < all.length; from += MAX_KEYS) {
      const some = all.slice(from, from + MAX_KEYS);
      const found = await this.#kv.getMany(some.map(([name]) => this.#key(name)));
      for (const [index, [name, known]] of some.entries()) {
        const held = holderOf(found[index]?.value);
        const isSame = held.fence === known.fence && held.peer === known.peer;
        if (isSame || this.#tenures.known.get(name) !== known) continue;
        this.#tenures.end(name, "Another one has it");
      }
    }
  }

  /** A server has gone. */
  left(peer: string): void {
    this.#tenures.endAll("Its holder has gone", (holder) => holder.peer === peer);
  }

  /** Others may take what this server holds. */
  unsure(why: string): void {
    this.#tenures.endAll(why, (holder) => this.#tenures.isOwn(holder));
  }

  /** Nobody gets an answer any more, and nobody here has anything. */
  end(why: string): void {
    this.#tenures.refuseAll(why);
    for (const [name, holder] of this.#tenures.known) {
      if (this.#tenures.isOwn(holder)) this.#given.set(name, holder.fence);
    }
    this.#tenures.endAll(why);
  }

  /** Tells the store what was given back. */
  async giveBack(): Promise<void> {
    for (const [name, fence] of [...this.#given]) {
      const held = await this.#change(name, (held) => {
        const isHeld = held.peer === this.#self && held.fence === fence;
        return isHeld ? { peer: "", fence } : undefined;
      });
      // Where somebody else has written meanwhile, it is looked at once more.
      if (held && this.#given.get(name) === fence) this.#given.delete(name);
    }
  }

  async #find(name: string): Promise<Holder> {
    for (;;) {
      const known = this.#tenures.known.get(name);
      if (known) return known;
      const held = await this.#change(name, ({ peer, fence }) => {
        return this.#peers.has(peer) ? undefined : {
          peer: this.#self,
          // Higher than all before it, even where the store has forgotten them.
          fence: Math.max(Date.now(), fence + 1),
        };
      });
      if (held) return held;
    }
  }

  /** Writes another holder; what is there then, or undefined where somebody else has written meanwhile. */
  async #change(
    name: string,
    to: (held: Holder) => Holder | undefined,
  ): Promise<Holder | undefined> {
    const entry = await this.#kv.get(this.#key(name));
    const held = holderOf(entry.value);
    const isUnknown = held.peer !== "" && held.peer !== this.#self;
    if (isUnknown && !this.#peers.has(held.peer)) await this.#peers.look();
    const next = to(held);
    if (!next) return held;
    const commit = this.#kv.atomic().check(entry).set(this.#key(name), next);
    const { ok } = await ring(commit, this.#prefix, "bell").commit();
    return ok ? next : undefined;
  }

  #key(name: string): Deno.KvKey {
    return [...this.#prefix, "claim", name];
  }
}

/** A holder as it is stored; nobody where a server has not written that. */
function holderOf(value: unknown): Holder {
  const { peer, fence } = (value ?? {}) as Partial<Holder>;
  const isFence = Number.isSafeInteger(fence) && (fence as number) >= 0;
  if (!isFence || (fence as number) > HIGHEST_FENCE) return NOBODY;
  return { peer: typeof peer === "string" ? peer : "", fence: fence as number };
}

const NOBODY: Holder = { peer: "", fence: 0 };
