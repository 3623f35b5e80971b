import { GOODBYE_TIMEOUT } from "../base/limits.ts";
import { within } from "../base/within.ts";

/** Somebody who is connected. */
export interface Member {
  /** Ends the connection, whatever its handler does; for `patience`, in ms, see `Transport.close`. */
  end(code: number, reason: string, patience?: number): void;
}

type Closing = readonly [code: number, reason: string];

/** Everybody who is connected: a shutdown waits for the last of them. */
export class Roster {
  readonly #members = new Set<Member>();
  #empty = Promise.withResolvers<void>();
  #closing: Closing | undefined;

  /** Number of members. */
  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
    // Too late to be ended with the others. Not at once: it is only just being made.
    if (this.#closing) {
      queueMicrotask(() => member.end(...this.#closing as Closing, GOODBYE_TIMEOUT));
    }
  }

  delete(member: Member): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#empty.resolve();
  }

  /**
   * Ends all connections.
   *
   * @param deadline Milliseconds to wait for the clients' answers.
   */
  async close(code: number, reason: string, deadline: number): Promise<void> {
    this.#closing = [code, reason];
    if (this.#members.size === 0) return;
    this.#empty = Promise.withResolvers();
    for (const member of this.#members) member.end(code, reason, GOODBYE_TIMEOUT);
    await within(this.#empty.promise, deadline);
  }
}
