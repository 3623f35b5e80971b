/** A server that claims. */
export interface Claimant {
  readonly name: string;
  /** A claim that it has or knows of is over. */
  over(fence: number): void;
}

/** A name, and who holds it. */
export interface Holding {
  readonly name: string;
  readonly holder: Claimant;
  readonly fence: number;
}

interface Held extends Holding {
  /** Servers that are told when it is over. */
  readonly watchers: Set<Claimant>;
}

/** The names that servers hold, each with a number that rises. */
export class Claims {
  readonly #byName = new Map<string, Held>();
  readonly #byFence = new Map<number, Held>();
  /** Claims that each has, or knows of. */
  readonly #known = new Map<Claimant, Set<Held>>();
  readonly #most: number;
  // Of the clock, so that it is higher than those of an engine that was there before.
  #fence = Date.now();

  /** @param most Claims that one server may have, and know of, at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Finds who holds a name, or gives it to who asks; undefined where he has too many. */
  claim(name: string, claimant: Claimant): Holding | undefined {
    const known = this.#known.get(claimant) ?? new Set();
    const there = this.#byName.get(name);
    if (!(there && known.has(there)) && known.size >= this.#most) return undefined;
    const held = there ?? this.#give(name, claimant);
    this.#known.set(claimant, known.add(held));
    held.watchers.add(claimant);
    return held;
  }

  /** Takes back what somebody holds; nothing where he does not. */
  release(fence: number, claimant: Claimant): void {
    const held = this.#byFence.get(fence);
    if (held?.holder === claimant) this.#end(held);
  }

  /** Forgets somebody who is gone, and takes back what he holds. */
  leave(claimant: Claimant): void {
    for (const held of this.#known.get(claimant) ?? []) {
      held.watchers.delete(claimant);
      if (held.holder === claimant) this.#end(held);
    }
    this.#known.delete(claimant);
  }

  #give(name: string, holder: Claimant): Held {
    const held = { name, holder, fence: ++this.#fence, watchers: new Set<Claimant>() };
    this.#byName.set(name, held);
    this.#byFence.set(held.fence, held);
    return held;
  }

  #end(held: Held): void {
    this.#byName.delete(held.name);
    this.#byFence.delete(held.fence);
    for (const watcher of held.watchers) {
      this.#known.get(watcher)?.delete(held);
      watcher.over(held.fence);
    }
  }
}
