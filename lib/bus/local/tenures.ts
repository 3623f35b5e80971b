import { BusError } from "../../base/errors.ts";
import type { Claim } from "../bus.ts";

/** Somebody who waits to know who holds a name. */
export interface Asked {
  /** Another number for each. */
  readonly ask: number;
  readonly name: string;
}

/** The holder of a name, as the engine says it. */
export interface Holder {
  readonly peer: string;
  readonly fence: number;
}

/** The time in which somebody holds a name, as one server knows it. */
interface Tenure extends Holder {
  readonly over: AbortController;
  /** How many of this server have it in hands. */
  claims: number;
}

interface Asking extends Asked {
  resolve(claim: Claim): void;
  reject(error: BusError): void;
}

/**
 * The names that a server holds, or knows the holders of, and those who have asked for one.
 *
 * A name that others hold is known for as long as somebody here has it in hands.
 *
 * @typeParam Key The word of the engine for a tenure: another one for each that is known at a time.
 */
export class Tenures<Key> {
  readonly #self: string;
  readonly #giveBack: (key: Key, holder: Holder) => void;
  readonly #known = new Map<Key, Tenure>();
  readonly #asking = new Map<number, Asking>();
  #asks = 0;

  /**
   * Knows of none.
   *
   * @param self The name of the server.
   * @param giveBack Tells the engine that this server holds one no more, which is over then.
   */
  constructor(self: string, giveBack: (key: Key, holder: Holder) => void) {
    this.#self = self;
    this.#giveBack = giveBack;
  }

  /** All who wait for an answer. */
  get asked(): ReadonlyMap<number, Asked> {
    return this.#asking;
  }

  /** All that are known. */
  get known(): ReadonlyMap<Key, Holder> {
    return this.#known;
  }

  /** Whether this server holds it. */
  isOwn({ peer }: Holder): boolean {
    return peer === this.#self;
  }

  /**
   * Finds who holds a name.
   *
   * @param ms The time for an answer.
   * @param ask Asks the engine.
   */
  async claim(name: string, ms: number, ask: (asked: Asked) => void): Promise<Claim> {
    const { promise, resolve, reject } = Promise.withResolvers<Claim>();
    const asking = { ask: ++this.#asks, name, resolve, reject };
    this.#asking.set(asking.ask, asking);
    ask(asking);
    const timer = setTimeout(() => {
      reject(refusal(name, `the bus has not answered within ${ms} ms`));
    }, ms);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asking.delete(asking.ask);
    }
  }

  /** The engine says who holds what somebody has asked for. */
  answer(ask: number, key: Key, { peer, fence }: Holder): void {
    const asking = this.#asking.get(ask);
    const tenure = this.#known.get(key) ??
      { peer, fence, over: new AbortController(), claims: 0 };
    this.#known.set(key, tenure);
    if (asking) asking.resolve(this.#claimOf(key, tenure));
    // Nobody waits for the answer any more.
    else if (tenure.claims === 0) this.#leave(key, tenure);
  }

  /** The engine does not let somebody have what he has asked for. */
  refuse(ask: number, why: string): void {
    const asking = this.#asking.get(ask);
    asking?.reject(refusal(asking.name, why));
  }

  /** Somebody holds a name no more. */
  end(key: Key, why: string): void {
    const tenure = this.#known.get(key);
    this.#known.delete(key);
    tenure?.over.abort(new BusError(why));
  }

  /** Nothing of some holders, or of all, is sure any more. */
  endAll(why: string, which: (holder: Holder) => boolean = () => true): void {
    for (const [key, tenure] of [...this.#known]) if (which(tenure)) this.end(key, why);
  }

  /** Nobody gets an answer any more. */
  refuseAll(why: string): void {
    for (const ask of this.#asking.keys()) this.refuse(ask, why);
  }

  #claimOf(key: Key, tenure: Tenure): Claim {
    tenure.claims++;
    let isDisposed = false;
    return {
      peer: tenure.peer,
      fence: tenure.fence,
      over: tenure.over.signal,
      [Symbol.dispose]: () => {
        if (isDisposed) return;
        isDisposed = true;
        tenure.claims--;
        this.#leave(key, tenure);
      },
    };
  }

  #leave(key: Key, tenure: Tenure): void {
    if (this.#known.get(key) !== tenure) return;
    if (this.isOwn(tenure)) {
      this.end(key, "It was given back");
      this.#giveBack(key, tenure);
    } else if (tenure.claims === 0) this.#known.delete(key);
  }
}

function refusal(name: string, why: string): BusError {
  return new BusError(`Cannot claim ${JSON.stringify(name)}: ${why}`);
}
