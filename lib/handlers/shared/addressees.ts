import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import type { Complain } from "./lines_of.ts";
import { Recent } from "./recent.ts";

/** Clients as their process names them, which may not know yet that one has left. */
export class Addressees {
  readonly #crowd: Crowd;
  readonly #left = new Recent();

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
  }

  /** The client of an id; where there is none, the process is blamed only if there never was. */
  find(id: string, complain: Complain): Client | undefined {
    const client = this.#crowd.get(id);
    if (client) return client;
    if (this.#left.has(id)) complain(`"${id}" has left`, "debug");
    else complain(`there is no "${id}"`);
    return undefined;
  }

  /** A client has left. */
  left({ id }: Client): void {
    this.#left.add(id);
  }
}
