import { BusError, messageOf } from "../../base/errors.ts";
import { type Claim, GIVEN_BACK } from "../bus.ts";
import { Fences } from "./fences.ts";
import type { Reply } from "./redis_client.d.ts";
import type { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import type { RedisTerms } from "./redis_terms.ts";
import { RedisTenures, type Tenure } from "./redis_tenures.ts";
import { refusalKind } from "./refusal_kind.ts";

// Higher than any fence.
const NO_FENCE = 9_000_000_000_000_000;

/** Options of {@linkcode RedisClaims}. */
export interface RedisClaimsOptions {
  readonly self: string;
  readonly keys: RedisKeys;
  readonly terms: RedisTerms;
  /** Milliseconds that a claim may take. */
  readonly acceptMs: number;
  /** Asks Redis what it knows, which leads to {@linkcode RedisClaims.marked}. */
  learn(link: RedisLink): Promise<void>;
}

/** Names that one server holds at a time. */
export class RedisClaims {
  readonly #options: RedisClaimsOptions;
  readonly #tenures = new RedisTenures((tenure) => this.#lapsed.add(tenure));
  /** Names that Redis may still take for held by this server, which is not. */
  readonly #lapsed = new Set<Tenure>();
  readonly #fences = new Fences();
  /** The highest fence that this server has ever had of any name. */
  #highest = 0;
  readonly #asking = new Map<string, Promise<Tenure>>();
  #link: RedisLink | undefined;
  #arrived = Promise.withResolvers<void>();
  #quietUntil = 0;
  /** The mark of what Redis knows. */
  #mark = "";
  #isOver = false;

  constructor(options: RedisClaimsOptions) {
    this.#options = options;
  }

  up(link: RedisLink): void {
    this.#link = link;
    this.renew();
    this.#arrived.resolve();
  }

  down(): void {
    this.#link = undefined;
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  /** Redis has forgotten who holds what: whoever does has some time to say so before others may. */
  forgotten(): void {
    this.#quietUntil = performance.now() + this.#options.terms.ttl;
    this.#fences.clear();
  }

  /** Redis has said what it knows: for so many ms, it may not know who holds what. */
  marked(mark: string, quiet: number): void {
    this.#mark = mark;
    if (quiet > 0) this.#quietUntil = Math.max(this.#quietUntil, performance.now() + quiet);
  }

  /** As in the contract. */
  async claim(name: string): Promise<Claim> {
    for (;;) {
      this.check();
      let tenure = this.#tenures.get(name);
      // Of a name of another server, only Redis knows whether that is still so.
      if (tenure?.peer !== this.#options.self) {
        let asking = this.#asking.get(name);
        if (!asking) {
          asking = this.#ask(name).finally(() => this.#asking.delete(name));
          this.#asking.set(name, asking);
        }
        tenure = await asking;
      }
      if (!tenure.over.signal.aborted) return this.#use(tenure);
    }
  }

  /** Renews what this server holds, and looks whether others still hold what they do. */
  renew(): void {
    const link = this.#link;
    if (!link) return;
    for (const tenure of this.#lapsed) this.#giveBack(tenure, link);
    this.#lapsed.clear();
    for (const tenure of this.#tenures) this.#renew(tenure, link);
  }

  /** Ends what this server is not sure of any more. */
  check(): void {
    this.#tenures.check();
  }

  /** The same, where that is due. */
  checkDue(): void {
    this.#tenures.checkDue();
  }

  /** A name was given back. */
  released(name: string): void {
    const tenure = this.#tenures.get(name);
    if (tenure && tenure.peer !== this.#options.self) this.#tenures.end(tenure, GIVEN_BACK);
  }

  /** A server is gone. */
  left(peer: string): void {
    for (const tenure of this.#tenures) if (tenure.peer === peer) this.#tenures.end(tenure);
  }

  /** Gives everything back. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#arrived.resolve();
    const releasing = [...this.#tenures].map((tenure) => this.#release(tenure));
    this.#tenures.stop();
    await Promise.all(releasing);
  }

  #use(tenure: Tenure): Claim {
    tenure.users++;
    let isHeld = true;
    return {
      peer: tenure.peer,
      fence: tenure.fence,
      over: tenure.over.signal,
      [Symbol.dispose]: () => {
        if (isHeld && --tenure.users === 0) this.#release(tenure);
        isHeld = false;
      },
    };
  }

  async #ask(name: string): Promise<Tenure> {
    const { self, keys, terms, acceptMs } = this.#options;
    const deadline = performance.now() + acceptMs;
    for (;;) {
      if (this.#isOver) throw new BusError(`Cannot claim "${name}": the bus is closed`);
      const link = this.#link;
      let [sent, isQuiet, reply] = [0, false, undefined as Reply | undefined];
      try {
        // Where Redis has lost its memory, this server may not have heard of it yet.
        if (link && String(await link.command("GET", keys.mark)) !== this.#mark) {
          await this.#options.learn(link);
        }
        sent = performance.now();
        isQuiet = sent < this.#quietUntil;
        const known = isQuiet ? NO_FENCE : this.#fences.of(name);
        const args = [self, ...[terms.ttl, known, this.#highest].map(String)];
        reply = await link?.script("claim", keys.claim(name), args);
      } catch (error) {
        if (refusalKind(error) === "refused") {
          throw new BusError(`Cannot claim "${name}": ${messageOf(error)}`, { cause: error });
        }
        link?.fail(messageOf(error));
        continue;
      }
      const [peer, fence] = Array.isArray(reply) ? reply.map(String) : [];
      if (!link || peer === "") {
        if (sent >= deadline) {
          const why = link ? "has lost its memory" : "is away";
          throw new BusError(`Cannot claim "${name}": Redis ${why}, for ${acceptMs} ms`);
        }
        if (link && !isQuiet) this.forgotten();
        const wait = link ? terms.ttl / 16 : Infinity;
        await this.#pause(Math.min(wait, deadline - sent), !link);
        continue;
      }
      if (peer === undefined) throw new BusError(`Cannot claim "${name}": Redis answers nonsense`);
      const until = peer === self ? sent + terms.ttl : Infinity;
      const tenure = this.#note(name, peer, Number(fence), until);
      // Everything was given back meanwhile.
      if (this.#isOver) await this.#release(tenure);
      return tenure;
    }
  }

  /** Waits for a while, or until Redis is back. */
  async #pause(ms: number, isAway: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await (isAway ? Promise.race([promise, this.#arrived.promise]) : promise);
    clearTimeout(timer);
  }

  #note(name: string, peer: string, fence: number, until: number): Tenure {
    this.#fences.note(name, fence);
    if (peer === this.#options.self) this.#highest = Math.max(this.#highest, fence);
    return this.#tenures.note({ name, peer, fence, until });
  }

  async #renew(tenure: Tenure, link: RedisLink): Promise<void> {
    const { self, keys, terms } = this.#options;
    const { name, peer, fence } = tenure;
    const sent = performance.now();
    try {
      if (peer === self) {
        const args = [self, String(terms.ttl), String(fence)];
        if (await link.script("renew", keys.claim(name), args) !== 1) {
          return this.#tenures.end(tenure);
        }
        tenure.until = Math.max(tenure.until, sent + terms.ttl);
        // Not where it was over meanwhile: that is for good.
        if (this.#tenures.get(name) === tenure) this.check();
      } else if (String(await link.command("GET", keys.claim(name)[0])) !== `${peer} ${fence}`) {
        this.#tenures.end(tenure);
      }
    } catch (error) {
      if (refusalKind(error) !== "refused") link.fail(messageOf(error));
      // Where it is refused, its time runs out.
    }
  }

  async #release(tenure: Tenure): Promise<void> {
    const isHeld = tenure.peer === this.#options.self && !tenure.over.signal.aborted;
    this.#tenures.end(tenure);
    // Where Redis is away, its time runs out.
    if (isHeld && this.#link) await this.#giveBack(tenure, this.#link);
    else if (isHeld) this.#lapsed.add(tenure);
  }

  async #giveBack({ name, fence }: Tenure, link: RedisLink): Promise<void> {
    const { self, keys } = this.#options;
    try {
      await link.script("release", keys.claim(name), [self, String(fence), keys.servers, name]);
    } catch {
      // Its time runs out.
    }
  }
}
