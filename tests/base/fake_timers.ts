interface Timer {
  readonly id: number;
  readonly due: number;
  /** Milliseconds until it is due again; undefined where it is due once. */
  readonly every: number | undefined;
  readonly call: () => void;
}

/** Timers that run when a test says so, in place of the real ones while this is in scope. */
export class FakeTimers implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #setInterval = globalThis.setInterval;
  readonly #clearInterval = globalThis.clearInterval;
  #now = 0;
  #timers: Timer[] = [];
  #ids = 0;

  constructor() {
    const setting =
      (repeats: boolean) =>
      (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): number => {
        const id = ++this.#ids;
        const every = repeats ? ms : undefined;
        this.#timers.push({ id, due: this.#now + ms, every, call: () => call(...args) });
        return id;
      };
    const clear = (id?: number): void => {
      this.#timers = this.#timers.filter((timer) => timer.id !== id);
    };
    Object.assign(globalThis, {
      setTimeout: setting(false),
      clearTimeout: clear,
      setInterval: setting(true),
      clearInterval: clear,
    });
  }

  /** Milliseconds that have passed. */
  get now(): number {
    return this.#now;
  }

  /** How many wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets so many milliseconds pass, and what follows from the timers that are due. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.due <= end)
        .sort((one, other) => one.due - other.due);
      if (!next) break;
      this.#now = next.due;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      if (next.every !== undefined) this.#timers.push({ ...next, due: next.due + next.every });
      next.call();
      await settle();
    }
    this.#now = end;
  }

  /** Has the process stand still for so many milliseconds: of the timers that are due then, each runs once. */
  async stall(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.due <= this.#now);
    for (const timer of due.sort((one, other) => one.due - other.due)) {
      if (!this.#timers.includes(timer)) continue;
      this.#timers = this.#timers.filter((other) => other !== timer);
      if (timer.every !== undefined) this.#timers.push({ ...timer, due: this.#now + timer.every });
      timer.call();
      await settle();
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, {
      setTimeout: this.#setTimeout,
      clearTimeout: this.#clearTimeout,
      setInterval: this.#setInterval,
      clearInterval: this.#clearInterval,
    });
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await null;
}
