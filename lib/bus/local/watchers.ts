import type { Log } from "../../base/log.ts";
import { logThrown } from "../../base/log_thrown.ts";
import type { BusWatcher } from "../bus.ts";

/** The other servers, as one of them knows them, and those who are told of them there. */
export class Watchers {
  readonly #watchers = new Set<{ readonly watcher: BusWatcher }>();
  readonly #peers = new Set<string>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The servers that are there. */
  get peers(): ReadonlySet<string> {
    return this.#peers;
  }

  /** Adds somebody who is told. */
  add(watcher: BusWatcher): Disposable {
    const own = { watcher };
    this.#watchers.add(own);
    return { [Symbol.dispose]: () => this.#watchers.delete(own) };
  }

  /** Tells nobody any more. */
  clear(): void {
    this.#watchers.clear();
  }

  /** A server is there. */
  joined(peer: string): void {
    this.#peers.add(peer);
    this.#tell((watcher) => watcher.joined?.(peer));
  }

  /** A server is there no more. */
  left(peer: string): void {
    if (!this.#peers.delete(peer)) return;
    this.#tell((watcher) => watcher.left?.(peer));
  }

  /** None of them is there any more. */
  leaveAll(): void {
    for (const peer of [...this.#peers]) this.left(peer);
  }

  /** A server has sent something. */
  received(from: string, payload: Uint8Array): void {
    this.#tell((watcher) => watcher.received?.(payload, from));
  }

  /** The engine cannot be reached any more. */
  away(why: string): void {
    this.#tell((watcher) => watcher.away?.(why));
  }

  /** The engine can be reached again. */
  back(): void {
    this.#tell((watcher) => watcher.back?.());
  }

  #tell(what: (watcher: BusWatcher) => void): void {
    for (const { watcher } of this.#watchers) {
      try {
        what(watcher);
      } catch (error) {
        // The mistake of one who watches is nobody else's.
        logThrown(this.#log, "server", "What the bus has brought failed", error);
      }
    }
  }
}
