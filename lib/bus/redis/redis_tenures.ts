/** A name, and who holds it. */
export interface Tenure {
  readonly name: string;
  readonly peer: string;
  readonly fence: number;
  readonly over: AbortController;
  /** The time until which this server is sure that it holds it; Infinity where another one does. */
  until: number;
  /** How many have asked for it, and have not disposed it. */
  users: number;
}

/** The names whose holders are known. Those of this server end when it is not sure of them any more. */
export class RedisTenures implements Iterable<Tenure> {
  readonly #byName = new Map<string, Tenure>();
  readonly #lapsed: (tenure: Tenure) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The time when this server is not sure of some name any more. */
  #next = Infinity;

  /** @param lapsed Told of one of which this server is not sure any more, before it ends. */
  constructor(lapsed: (tenure: Tenure) => void) {
    this.#lapsed = lapsed;
  }

  [Symbol.iterator](): Iterator<Tenure> {
    return this.#byName.values();
  }

  get(name: string): Tenure | undefined {
    return this.#byName.get(name);
  }

  /** Notes who holds a name: the one that is known, or another one, whose time begins. */
  note({ name, peer, fence, until }: Pick<Tenure, "name" | "peer" | "fence" | "until">): Tenure {
    const known = this.#byName.get(name);
    if (known?.peer === peer && known.fence === fence) return known;
    if (known) this.end(known);
    const tenure = { name, peer, fence, until, users: 0, over: new AbortController() };
    this.#byName.set(name, tenure);
    this.check();
    return tenure;
  }

  /** Ends one, for good; `reason` is that of `over`. */
  end(tenure: Tenure, reason?: unknown): void {
    if (this.#byName.get(tenure.name) === tenure) this.#byName.delete(tenure.name);
    tenure.over.abort(reason);
  }

  /** Ends what this server is not sure of any more. */
  check(): void {
    const now = performance.now();
    let next = Infinity;
    for (const tenure of this.#byName.values()) {
      if (tenure.until <= now) {
        this.#lapsed(tenure);
        this.end(tenure);
      } else next = Math.min(next, tenure.until);
    }
    this.#next = next;
    this.stop();
    if (next < Infinity) this.#timer = setTimeout(() => this.check(), next - now);
  }

  /** The same, where that is due. */
  checkDue(): void {
    if (performance.now() >= this.#next) this.check();
  }

  /** Ends nothing by itself any more, until it is checked again. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
