import type { Entry, SubscribeOptions, Subscriber } from "../bus.ts";
import type { Shipped } from "./heard.ts";
import type { Item } from "./shipment.ts";

/** Somebody who listens. */
export interface Listener {
  readonly subscriber: Subscriber;
  readonly options: SubscribeOptions;
  hasBegun: boolean;
  /** The number of the last message that it has. */
  at: number;
}

/** All who listen to one topic at this server. What they are told is only what is behind the last that they have. */
export class Listeners implements Iterable<Listener> {
  readonly #all = new Set<Listener>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Listener> {
    return this.#all.values();
  }

  has(listener: Listener): boolean {
    return this.#all.has(listener);
  }

  add(listener: Listener): void {
    this.#all.add(listener);
  }

  delete(listener: Listener): void {
    this.#all.delete(listener);
  }

  /** Another log begins. */
  restart(): void {
    for (const listener of this.#all) listener.at = 0;
  }

  /**
   * Tells that messages are missing.
   *
   * @param count How many; undefined where nobody knows.
   * @param upTo The number of the last of them.
   */
  lose(count: number | undefined, upTo: number): void {
    for (const listener of this.#all) {
      if (!listener.hasBegun || listener.at >= upTo) continue;
      if (count !== undefined) listener.at = upTo;
      listener.subscriber.lost(count);
    }
  }

  /** Brings what was published together. */
  deliver({ log, before, from, items }: Shipped): void {
    let number = before + 1;
    for (const { count, payload } of items) {
      const entry: Entry = { mark: { log, number }, count, from, payload };
      number += count;
      for (const listener of this.#all) {
        if (!listener.hasBegun || listener.at >= number - 1) continue;
        listener.at = number - 1;
        listener.subscriber.entry(entry);
      }
    }
  }

  /** Brings what was cast together. */
  cast(items: readonly Item[], from: string): void {
    for (const { payload } of items) {
      for (const { hasBegun, subscriber } of this.#all) {
        if (hasBegun) subscriber.cast(payload, from);
      }
    }
  }
}
