import type { BusWatcher } from "../bus.ts";

/** The other servers, as one of them knows them, and those who are told of them there. */
export class Watchers {
  readonly #watchers = new Set<{ readonly watcher: BusWatcher }>();
  readonly #peers = new Set<string>();

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
    for (const { watcher } of this.#watchers) watcher.joined?.(peer);
  }

  /** A server is there no more. */
  left(peer: string): void {
    if (!this.#peers.delete(peer)) return;
    for (const { watcher } of this.#watchers) watcher.left?.(peer);
  }

  /** None of them is there any more. */
  leaveAll(): void {
    for (const peer of [...this.#peers]) this.left(peer);
  }

  /** A server has sent something. */
  received(from: string, payload: Uint8Array): void {
    for (const { watcher } of this.#watchers) watcher.received?.(payload, from);
  }

  /** The engine cannot be reached any more. */
  away(why: string): void {
    for (const { watcher } of this.#watchers) watcher.away?.(why);
  }

  /** The engine can be reached again. */
  back(): void {
    for (const { watcher } of this.#watchers) watcher.back?.();
  }
}
