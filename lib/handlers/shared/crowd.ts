import type { Client } from "./client.ts";

/** Bytes that clients are behind. */
export interface Lag {
  /** Of the one that reads fastest; 0 where there is none. */
  readonly least: number;
  /** Of the one that is farthest behind among those that read. */
  readonly most: number;
  /** Of all together. */
  readonly total: number;
}

/** The clients of a process. */
export class Crowd implements Iterable<Client> {
  readonly #clients = new Map<string, Client>();

  get size(): number {
    return this.#clients.size;
  }

  get(id: string): Client | undefined {
    return this.#clients.get(id);
  }

  add(client: Client): void {
    this.#clients.set(client.id, client);
  }

  /** @returns Whether it was there. */
  delete(client: Client): boolean {
    return this.#clients.delete(client.id);
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }

  /**
   * Measures how far they are behind, without those that are closing.
   *
   * @param now Milliseconds on a clock that never goes back.
   */
  lag(now: number): Lag {
    let least = Infinity;
    let most = 0;
    let total = 0;
    for (const client of this.#clients.values()) {
      if (client.closing) continue;
      const { behind } = client;
      if (behind < least) least = behind;
      if (client.reads(behind, now) && behind > most) most = behind;
      total += behind;
    }
    return { least: least === Infinity ? 0 : least, most, total };
  }
}
