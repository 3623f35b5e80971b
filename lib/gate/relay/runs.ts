import { createHash } from "node:crypto";
import { HandshakeError, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { logThrown } from "../../base/log_thrown.ts";
import type { Bus, Claim } from "../../bus/bus.ts";
import type { Sole } from "../../contract.ts";

/** The name under which something of a route runs once among all servers. */
export function runName(path: string, { key }: Sole): string {
  return `run:${createHash("sha256").update(JSON.stringify([path, key])).digest("hex")}`;
}

/** A claim that this server holds, and those who run it. */
interface Held {
  readonly claim: Claim;
  readonly soles: Set<Sole>;
  /** Clients that are served. */
  clients: number;
  /** Aborts when nothing is served by it any more. */
  readonly over: AbortController;
}

// Milliseconds in which others may take what this server has given away, and between attempts.
const OTHERS_FIRST = 300;
const RETRY = 500;

/** Finds which server runs what runs once among all, and runs here what this one holds. */
export class Runs {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #claims = new Map<string, Promise<Claim>>();
  readonly #held = new Map<string, Held>();
  /** Runs that are to be there before any client, by name. */
  readonly #ahead = new Map<string, Sole>();
  /** Until others had the time to take what this server has given away. */
  #yielding: Promise<void> | undefined;
  /** Pauses between attempts, which end with the server. */
  readonly #pauses = new Map<ReturnType<typeof setTimeout>, () => void>();
  #isClosed = false;

  constructor(bus: Bus, log: Log) {
    this.#bus = bus;
    this.#log = log;
  }

  /**
   * Finds who runs it: this server, where nobody does.
   *
   * @throws {BusError} If the engine cannot be asked.
   * @throws {HandshakeError} If this server is shutting down (503).
   */
  async find(name: string, sole: Sole): Promise<Claim> {
    if (this.#isClosed) throw new HandshakeError(503, "The server is shutting down");
    if (this.#yielding) await this.#yielding;
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
        clients: 0,
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
    const idle = () => {
      held.soles.delete(sole);
      this.#giveBack(name, held);
    };
    try {
      sole.hold(idle);
    } catch (error) {
      // Nothing runs of it, and another server may do better.
      idle();
      throw error;
    }
  }

  /**
   * The same for a client, until it has left: not before its server knows how it ended is it anybody else's.
   *
   * @returns To be called then, once.
   */
  serve(name: string, sole: Sole): () => void {
    this.run(name, sole);
    const held = this.#held.get(name);
    if (!held) return () => {};
    held.clients++;
    return () => {
      held.clients--;
      this.#giveBack(name, held);
    };
  }

  #giveBack(name: string, held: Held): void {
    if (held.soles.size > 0 || held.clients > 0 || this.#ahead.has(name)) return;
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
    for (const sole of held.soles) this.#revoke(sole);
    claim[Symbol.dispose]();
  }

  /** Sees to it that these run somewhere, whether anybody comes or not, and no others. */
  keepAhead(wanted: ReadonlyMap<string, Sole>): void {
    for (const name of this.#ahead.keys()) {
      if (wanted.has(name)) continue;
      this.#ahead.delete(name);
      const held = this.#held.get(name);
      // Nothing may run any more that would give it back.
      if (held) this.#giveBack(name, held);
    }
    for (const [name, sole] of wanted) {
      const isNew = !this.#ahead.has(name);
      this.#ahead.set(name, sole);
      if (isNew) this.#keep(name);
      // Its route has another handler from now on.
      else this.run(name, sole);
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
      await this.#pause(RETRY * Math.random());
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#pauses.set(timer, resolve);
    await promise;
    this.#pauses.delete(timer);
  }

  /**
   * Ends what this server runs, and has others run it.
   *
   * @param isLast Whether it shall run nothing any more.
   */
  async handOver(isLast: boolean): Promise<void> {
    this.#isClosed ||= isLast;
    const yielded = Promise.withResolvers<void>();
    this.#yielding = yielded.promise;
    await Promise.all(Array.from(this.#held, (held) => this.#end(...held)));
    if (isLast) this.#forgetAll();
    else await this.#pause(OTHERS_FIRST);
    this.#yielding = undefined;
    yielded.resolve();
  }

  async #end(name: string, held: Held): Promise<void> {
    this.#held.delete(name);
    held.over.abort();
    await Promise.all(Array.from(held.soles, (sole) => this.#revoke(sole)));
    this.#claims.delete(name);
    held.claim[Symbol.dispose]();
  }

  /** Ends what runs; a mistake of its handler holds up nobody. */
  async #revoke(sole: Sole): Promise<void> {
    try {
      await sole.revoke();
    } catch (error) {
      logThrown(this.#log, "session", "The handler failed", error);
    }
  }

  #forgetAll(): void {
    for (const [timer, resolve] of this.#pauses) {
      clearTimeout(timer);
      resolve();
    }
    for (const asked of this.#claims.values()) {
      asked.then((claim) => claim[Symbol.dispose](), () => {});
    }
    this.#claims.clear();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
