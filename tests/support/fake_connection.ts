import type { Connection } from "../../lib/handlers/handler.ts";

/** A connection that is no socket: it remembers what a handler does with it. */
export class FakeConnection implements Connection {
  readonly id: string;
  readonly sent: (string | Uint8Array)[] = [];
  bufferedAmount = 0;
  /** How the handler closed it, `CODE REASON`. */
  readonly closed: Promise<string>;
  #close: (how: string) => void;
  #waiting: PromiseWithResolvers<void> | undefined;
  #arrival = Promise.withResolvers<void>();

  constructor(id = "fake-1") {
    this.id = id;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#close = resolve;
  }

  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === "string" ? data : data.slice());
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
  }

  close(code = 1000, reason = ""): void {
    this.#close(`${code} ${reason}`.trimEnd());
  }

  drained(): Promise<void> {
    if (this.bufferedAmount === 0) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Says that the client has read everything. */
  drain(): void {
    this.bufferedAmount = 0;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** Waits until so many messages were sent. */
  async count(messages: number): Promise<readonly (string | Uint8Array)[]> {
    while (this.sent.length < messages) await this.#arrival.promise;
    return this.sent;
  }
}
