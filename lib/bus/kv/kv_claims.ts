import { BusError } from "../../base/errors.ts";
import type { Claim } from "../bus.ts";
import { MAX_KEYS } from "./kv_log.ts";

/** The holder of a name as it is stored; nobody where `peer` is empty. */
interface Held {
  readonly peer: string;
  readonly fence: number;
}

interface Tenure extends Held {
  readonly over: AbortController;
}

interface Ask {
  readonly name: string;
  resolve(claim: Claim): void;
  reject(error: BusError): void;
}

/** Other servers, as {@linkcode KvClaims} has to know them. */
export interface Peers {
  readonly there: ReadonlySet<string>;
  look(): Promise<void>;
}

/** The names that a server holds, or knows the holders of. */
export class KvClaims {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #self: string;
  readonly #peers: Peers;
  readonly #tenures = new Map<string, Tenure>();
  readonly #asked = new Set<Ask>();
  readonly #given = new Map<string, number>();

  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string, peers: Peers) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#self = self;
    this.#peers = peers;
  }

  /** Whether something waits. */
  get waits(): boolean {
    return this.#asked.size + this.#given.size > 0;
  }

  /**
   * Finds who holds a name.
   *
   * @param ms The time for an answer.
   */
  async claim(name: string, ms: number): Promise<Claim> {
    const { promise, resolve, reject } = Promise.withResolvers<Claim>();
    const ask = { name, resolve, reject };
    this.#asked.add(ask);
    const timer = setTimeout(() => {
      reject(refusal(name, `the store has not answered within ${ms} ms`));
    }, ms);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(ask);
    }
  }

  /** Answers whoever has asked, and gives back. */
  async act(): Promise<void> {
    for (const [name, fence] of [...this.#given]) {
      await this.#change(name, ({ fence: now }) => {
        return now === fence ? { peer: "", fence } : undefined;
      });
      if (this.#given.get(name) === fence) this.#given.delete(name);
    }
    for (const ask of [...this.#asked]) {
      const tenure = await this.#find(ask.name);
      // Nobody may wait any more: whoever asks next gets it.
      ask.resolve(this.#claimOf(ask.name, tenure));
    }
  }

  /** Looks whether those whose holders are known still have them. */
  async look(): Promise<void> {
    const all = [...this.#tenures];
    for (let from = 0; from < all.length; from += MAX_KEYS) {
      const some = all.slice(from, from + MAX_KEYS);
      const found = await this.#kv.getMany(some.map(([name]) => this.#key(name)));
      for (const [index, [name, tenure]] of some.entries()) {
        const held = heldOf(found[index]?.value);
        if (held.fence === tenure.fence && held.peer === tenure.peer) continue;
        this.#end(name, tenure, "Another one has it");
      }
    }
  }

  /** A server has gone. */
  left(peer: string): void {
    this.#endAll((tenure) => tenure.peer === peer, "Its holder has gone");
  }

  /** Others may take what this server holds. */
  unsure(why: string): void {
    this.#endAll(({ peer }) => peer === this.#self, why);
  }

  /** Nobody gets an answer any more. */
  end(why: string): void {
    for (const { name, reject } of this.#asked) reject(refusal(name, why));
    this.#endAll(() => true, why);
  }

  /** Gives back all that this server holds. */
  async giveBack(): Promise<void> {
    for (const [name, { peer, fence }] of this.#tenures) {
      if (peer === this.#self) this.#given.set(name, fence);
    }
    await this.act();
  }

  async #find(name: string): Promise<Tenure> {
    for (;;) {
      const known = this.#tenures.get(name);
      if (known) return known;
      const held = await this.#change(name, ({ peer, fence }) => {
        return this.#peers.there.has(peer) ? undefined : {
          peer: this.#self,
          // Higher than all before it, even where the store has forgotten them.
          fence: Math.max(Date.now(), fence + 1),
        };
      });
      if (!held) continue;
      const tenure = { ...held, over: new AbortController() };
      this.#tenures.set(name, tenure);
      return tenure;
    }
  }

  /** Writes another holder; what is there then, or undefined where somebody else has written meanwhile. */
  async #change(name: string, to: (held: Held) => Held | undefined): Promise<Held | undefined> {
    const entry = await this.#kv.get(this.#key(name));
    const held = heldOf(entry.value);
    const isUnknown = held.peer !== "" && held.peer !== this.#self;
    if (isUnknown && !this.#peers.there.has(held.peer)) await this.#peers.look();
    const next = to(held);
    if (!next) return held;
    const { ok } = await this.#kv.atomic().check(entry).set(this.#key(name), next)
      .sum([...this.#prefix, "bell"], 1n).commit();
    return ok ? next : undefined;
  }

  #claimOf(name: string, tenure: Tenure): Claim {
    return {
      peer: tenure.peer,
      fence: tenure.fence,
      over: tenure.over.signal,
      [Symbol.dispose]: () => {
        if (this.#tenures.get(name) !== tenure || tenure.peer !== this.#self) return;
        this.#given.set(name, tenure.fence);
        this.#end(name, tenure, "It was given back");
      },
    };
  }

  #endAll(which: (tenure: Tenure) => boolean, why: string): void {
    for (const [name, tenure] of [...this.#tenures]) {
      if (which(tenure)) this.#end(name, tenure, why);
    }
  }

  #end(name: string, tenure: Tenure, why: string): void {
    this.#tenures.delete(name);
    tenure.over.abort(new BusError(why));
  }

  #key(name: string): Deno.KvKey {
    return [...this.#prefix, "claim", name];
  }
}

function heldOf(value: unknown): Held {
  const { peer = "", fence = 0 } = (value ?? {}) as Partial<Held>;
  return { peer: String(peer), fence: Number(fence) || 0 };
}

function refusal(name: string, why: string): BusError {
  return new BusError(`Cannot claim ${JSON.stringify(name)}: ${why}`);
}
