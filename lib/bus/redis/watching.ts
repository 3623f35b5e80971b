import type { BusWatcher } from "../bus.ts";

const EVENTS = ["joined", "left", "received", "away", "back"] as const;

/** Watchers of a bus. */
export class Watching {
  readonly #watchers = new Set<BusWatcher>();

  /** Tells it from now on, until it is disposed. */
  add(watcher: BusWatcher): Disposable {
    // Of its own, because one may watch twice.
    const own = { ...watcher };
    for (const name of EVENTS) if (watcher[name]) own[name] = watcher[name].bind(watcher) as never;
    this.#watchers.add(own);
    return { [Symbol.dispose]: () => void this.#watchers.delete(own) };
  }

  /** Tells all who watch now, but for those who stop meanwhile. */
  tell(tell: (watcher: BusWatcher) => void): void {
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) tell(watcher);
  }

  /** Tells nobody any more. */
  clear(): void {
    this.#watchers.clear();
  }
}
