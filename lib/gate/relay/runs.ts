import { createHash } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Bus, Claim } from "../../bus/bus.ts";
import type { Sole } from "../../contract.ts";

/** The name under which something of a route runs once among all servers. */
export function runName(path: string, { key }: Sole): string {
  return `run:${createHash("sha256").update(JSON.stringify([path, key])).digest("hex")}`;
}

/** What this server holds, and those who run it. */
interface Held {
  readonly claim: Claim;
  readonly soles: Set<Sole>;
  /** Aborts when nothing is served by it any more. */
  readonly over: AbortController;
}

// Milliseconds in which others may take what this server has given away, and between attempts.
const OTHERS_FIRST = 1_000;
const RETRY = 500;

/** Finds which server runs what runs once among all, and runs here what this one holds. */
export class Runs {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #claims = new Map<string, Promise<Claim>>();
  readonly #held = new Map<string, Held>();
  /** What is to be there before any client, and what runs it. */
  readonly #ahead = new Map<string, Sole>();
  #notBefore = -Infinity;
  #isClosed = false;

  constructor(bus: Bus, log: Log) {
    this.#bus = bus;
    this.#log = log;
  }

  /**
   * Finds who runs it: this server, where nobody does.
   *
   * @throws {BusError} If the engine cannot be asked.
   */
  async find(name: string, sole: Sole): Promise<Claim> {
    const wait = this.#notBefore - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    let asked = this.#claims.get(name);
    if (!asked) {
      asked = this.#bus.claim(name);
      this.#claims.set(name, asked);
      asked.then((claim) => this.#found(name, claim), () => this.#claims.delete(name));
    }
    const claim = await asked;
    if (claim.peer === this.#bus.self) this.run(name, sole);
    return claim;
  }

  #found(name: string, claim: Claim): void {
    if (this.#isClosed || claim.over.aborted) {
      this.#claims.delete(name);
      return claim[Symbol.dispose]();
    }
    if (claim.peer === this.#bus.self) {
      this.#held.set(name, {
        claim,
        soles: new Set(),
        over: new AbortController(),
      });
    }
    claim.over.addEventListener("abort", () => this.#over(name, claim), { once: true });
  }

  /** Aborts when this server holds it no more; undefined where it does not, or with another fence. */
  held(name: string, fence: number): AbortSignal | undefined {
    const held = this.#held.get(name);
    const isHeld = held?.claim.fence === fence && !held.claim.over.aborted;
    return isHeld ? held.over.signal : undefined;
  }

  /** Has something run that this server holds. */
  run(name: string, sole: Sole): void {
    const held = this.#held.get(name);
    if (!held || held.soles.has(sole)) return;
    held.soles.add(sole);
    sole.hold(() => {
      held.soles.delete(sole);
      if (held.soles.size === 0 && !this.#ahead.has(name)) this.#giveBack(name, held);
    });
  }

  #giveBack(name: string, held: Held): void {
    if (this.#held.get(name) !== held) return;
    this.#held.delete(name);
    this.#claims.delete(name);
    held.claim[Symbol.dispose]();
  }

  #over(name: string, claim: Claim): void {
    const held = this.#held.get(name);
    if (held?.claim !== claim) {
      // It was somebody else's.
      if (claim.peer !== this.#bus.self) this.#claims.delete(name);
      return;
    }
    this.#log.error("server", "This server holds a shared process no more: it is ended here");
    this.#held.delete(name);
    this.#claims.delete(name);
    held.over.abort();
    for (const sole of held.soles) sole.revoke();
    claim[Symbol.dispose]();
  }

  /** Sees to it that these run somewhere, whether anybody comes or not, and no others. */
  keepAhead(wanted: ReadonlyMap<string, Sole>): void {
    for (const name of this.#ahead.keys()) if (!wanted.has(name)) this.#ahead.delete(name);
    for (const [name, sole] of wanted) {
      const isNew = !this.#ahead.has(name);
      this.#ahead.set(name, sole);
      if (isNew) this.#keep(name);
    }
  }

  async #keep(name: string): Promise<void> {
    for (let sole; (sole = this.#ahead.get(name)) && !this.#isClosed;) {
      try {
        const { over } = await this.find(name, sole);
        await aborted(over);
      } catch (error) {
        this.#log.debug(
          "server",
          `Nobody can be found who runs a shared process: ${messageOf(error)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY * Math.random()));
    }
  }

  /**
   * Ends what this server runs, and has others run it.
   *
   * @param isLast Whether it shall run nothing any more.
   */
  async handOver(isLast: boolean): Promise<void> {
    this.#isClosed ||= isLast;
    this.#notBefore = performance.now() + OTHERS_FIRST;
    await Promise.all(Array.from(this.#held, async ([name, held]) => {
      this.#held.delete(name);
      held.over.abort();
      await Promise.all(Array.from(held.soles, (sole) => sole.revoke()));
      this.#claims.delete(name);
      held.claim[Symbol.dispose]();
    }));
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
