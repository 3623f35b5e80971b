import { Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import type { Handler, Place } from "../contract.ts";

/** A handler with the number of those that it serves: one that was replaced is disposed after the last of them. */
export class Usage {
  readonly #handler: Handler;
  #users = 0;
  #retired = false;
  #disposing = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  /** Starts the handler. */
  start(place: Place): void {
    try {
      const started: unknown = this.#handler.start?.(place);
      if (started instanceof Promise) started.catch((error) => this.#notStarted(error));
    } catch (error) {
      this.#notStarted(error);
    }
  }

  /** Takes the handler up again after it was retired; false where it is disposed already. */
  resume(): boolean {
    this.#retired = false;
    return !this.#disposing;
  }

  /** Counts a request or a connection that is at the handler. */
  enter(): void {
    this.#users++;
  }

  /** Counts one less: a request or a connection has ended. */
  leave(): void {
    this.#users--;
    this.#disposeUnused();
  }

  /** Has it in use while something is done with it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Nobody comes any more. */
  retire(): void {
    if (!this.#retired && !this.#disposing) this.#tellRetired();
    this.#retired = true;
    this.#disposeUnused();
  }

  /** Resolves when the handler was disposed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Disposes the handler, whoever still uses it; a second time does nothing. */
  dispose(): Promise<void> {
    if (!this.#disposing) this.#dispose();
    return this.ended;
  }

  #notStarted(error: unknown): void {
    logThrown(new Log(), "server", "A handler did not start", error);
  }

  #tellRetired(): void {
    try {
      this.#handler.retire?.();
    } catch (error) {
      logThrown(new Log(), "server", "A handler did not retire", error);
    }
  }

  #disposeUnused(): void {
    if (this.#retired && this.#users === 0) this.dispose();
  }

  async #dispose(): Promise<void> {
    this.#disposing = true;
    try {
      await this.#handler[Symbol.asyncDispose]?.();
    } catch (error) {
      logThrown(new Log(), "server", "A handler did not end", error);
    }
    this.#ended.resolve();
  }
}
