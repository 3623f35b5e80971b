import type { PublishOptions } from "../../lib/base/connection.ts";
import type { Connection } from "../../lib/handlers/handler.ts";
import { Rooms } from "../../lib/handlers/rooms.ts";

/** A connection that is no socket: it remembers what a handler does with it. */
export class FakeConnection implements Connection {
  readonly id: string;
  readonly subprotocol = "";
  readonly #rooms: Rooms;
  readonly sent: (string | Uint8Array)[] = [];
  bufferedAmount = 0;
  /** How the handler closed it, `CODE REASON`. */
  readonly closed: Promise<string>;
  #close: (how: string) => void;
  #waiting: PromiseWithResolvers<void> | undefined;
  #arrival = Promise.withResolvers<void>();

  /** @param rooms Where it meets others; default: it is alone. */
  constructor(id = "fake-1", rooms: Rooms = new Rooms()) {
    this.id = id;
    this.#rooms = rooms;
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

  join(room: string): void {
    this.#rooms.join(room, { connection: this, send: (data) => this.send(data) });
  }

  leave(room: string): void {
    this.#rooms.leave(room, this.id);
  }

  publish(room: string, data: string | Uint8Array, options?: PublishOptions): number {
    return this.#rooms.publish(room, data, this.id, options);
  }

  drained(amount = 0): Promise<void> {
    if (this.bufferedAmount <= amount) return Promise.resolve();
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
