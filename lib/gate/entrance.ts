import { HandshakeError } from "../base/errors.ts";
import { RETRY_AFTER } from "../base/limits.ts";

/** Whether a server still takes connections, and how long it has had nothing to do. */
export class Entrance {
  /** Whether one connection in all is taken. */
  readonly once: boolean;
  #refuses: string | undefined;
  /** Of one that takes one connection in all, whether that is there or has been. */
  #isTaken = false;
  #underWay = 0;
  #quiet: PromiseWithResolvers<void> | undefined;
  #quietSince = performance.now();

  constructor(once: boolean) {
    this.once = once;
  }

  /** The reason why no connections are taken, of which the server is the subject; undefined where they are. */
  get refuses(): string | undefined {
    return this.#refuses ?? (this.#isTaken ? "serves one connection" : undefined);
  }

  /** Whether plain requests are the last of their connections. */
  get isClosing(): boolean {
    return this.#refuses !== undefined;
  }

  /** Takes no connections any more. */
  close(why: string): void {
    this.#refuses = why;
  }

  /** @throws {HandshakeError} If no connections are taken (503). */
  expectOpen(): void {
    const why = this.refuses;
    if (why !== undefined) {
      throw new HandshakeError(503, `The server ${why}`, { "Retry-After": String(RETRY_AFTER) });
    }
  }

  /**
   * Takes a connection.
   *
   * @throws {HandshakeError} As `expectOpen`.
   */
  take(): void {
    this.expectOpen();
    this.#isTaken = this.once;
  }

  /** A connection that was taken has not come about. */
  giveBack(): void {
    this.#isTaken = false;
  }

  /** A request has come. */
  begin(): void {
    this.#underWay++;
  }

  /** Ends that: it has become a connection, or its answer is out. */
  end(): void {
    this.#underWay--;
    this.#quietSince = performance.now();
    if (this.#underWay > 0) return;
    this.#quiet?.resolve();
    this.#quiet = undefined;
  }

  /** The number of requests that have no answer yet, or not all of it. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Resolves as soon as there is none. */
  async quiet(): Promise<void> {
    if (this.#underWay === 0) return;
    this.#quiet ??= Promise.withResolvers();
    await this.#quiet.promise;
  }

  /** Milliseconds for which there has been no such request; 0 while there is one. */
  get quietMs(): number {
    return this.#underWay > 0 ? 0 : performance.now() - this.#quietSince;
  }
}
