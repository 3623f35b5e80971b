import { GOODBYE_TIMEOUT } from "../base/limits.ts";
import { within } from "../base/within.ts";
import type { ConnectionFacts } from "./connection_facts.ts";

/** Somebody who is connected. */
export interface Member {
  /** Unique throughout the server. */
  readonly id: string;
  /** Undefined as long as it is not open, and when it is closed. */
  readonly facts: ConnectionFacts | undefined;
  /** Changes whenever the connection carries something. */
  readonly activity: number;
  /** Ends the connection, whatever its handler does; for `patience`, in ms, see `Transport.close`. */
  end(code: number, reason: string, patience?: number): void;
}

type Closing = readonly [code: number, reason: string];

/** Everybody who is connected: a shutdown waits for the last of them. */
export class Roster {
  /** With the number of each: how many had come before it, and itself. */
  readonly #members = new Map<Member, number>();
  #come = 0;
  #empty: PromiseWithResolvers<void> | undefined;
  #emptySince = performance.now();
  #closing: Closing | undefined;

  /** Number of members. */
  get size(): number {
    return this.#members.size;
  }

  /** Milliseconds for which there has been no member; 0 while there is one. */
  get emptyMs(): number {
    return this.#members.size > 0 ? 0 : performance.now() - this.#emptySince;
  }

  /** All members, in the order in which they came. */
  [Symbol.iterator](): Iterator<Member> {
    return this.#members.keys();
  }

  /** The same, each with its number: larger than those of all who came before, also of who has left. */
  numbered(): Iterable<readonly [Member, number]> {
    return this.#members;
  }

  add(member: Member): void {
    this.#members.set(member, ++this.#come);
    // Too late to be ended with the others. Not at once: it is only just being made.
    if (this.#closing) {
      queueMicrotask(() => member.end(...this.#closing as Closing, GOODBYE_TIMEOUT));
    }
  }

  delete(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#emptySince = performance.now();
    this.#empty?.resolve();
    this.#empty = undefined;
  }

  /**
   * Ends all connections.
   *
   * @param deadline Milliseconds to wait for the clients' answers.
   */
  async close(code: number, reason: string, deadline: number): Promise<void> {
    this.#closing = [code, reason];
    for (const member of this) member.end(code, reason, GOODBYE_TIMEOUT);
    await within(this.emptied(), deadline);
  }

  /** Resolves as soon as there is no member. */
  async emptied(): Promise<void> {
    if (this.#members.size === 0) return;
    this.#empty ??= Promise.withResolvers();
    await this.#empty.promise;
  }
}
