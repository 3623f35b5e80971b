import { Batch, type Message } from "../../lib/base/batch.ts";
import type { Connection, Hub, Parts, PublishOptions } from "../../lib/contract.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { FakeGauge } from "./fake_gauge.ts";

/** A connection that is no socket: it remembers what a handler does with it. */
export class FakeConnection extends FakeGauge implements Connection {
  readonly id: string;
  readonly subprotocol = "";
  readonly #hub: Hub;
  readonly sent: Message[] = [];
  /** Whether its engine can hold the client back. */
  canPause = false;
  paused = false;
  /** How the handler closed it, `CODE REASON`. */
  readonly closed: Promise<string>;
  #close: (how: string) => void;
  #arrival = Promise.withResolvers<void>();

  /** @param hub Where it meets others; default: it is alone. */
  constructor(id = "fake-1", hub: Hub = new LocalHub()) {
    super();
    this.id = id;
    this.#hub = hub;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#close = resolve;
  }

  send(data: Message | Batch): void {
    const messages = data instanceof Batch ? [...data] : [data];
    for (const message of messages) {
      this.sent.push(typeof message === "string" ? message : message.slice());
    }
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
  }

  async sendStream(parts: Parts): Promise<boolean> {
    const all = await Array.fromAsync(parts as AsyncIterable<Message>);
    this.send(all.join(""));
    return true;
  }

  ping(): Promise<Uint8Array | undefined> {
    return Promise.resolve(new Uint8Array());
  }

  deliver(batch: Batch): void {
    this.send(batch);
  }

  replay(past: readonly Batch[]): void {
    for (const batch of past) this.send(batch);
  }

  close(code = 1000, reason = ""): void {
    this.#close(`${code} ${reason}`.trimEnd());
  }

  pause(): boolean {
    this.paused = this.canPause;
    return this.canPause;
  }

  hold(): void {}

  resume(): void {
    this.paused = false;
  }

  join(room: string): void {
    this.#hub.room(room).join(this);
  }

  leave(room: string): void {
    this.#hub.room(room).leave(this);
  }

  publish(room: string, data: Message | Batch, { echo = true }: PublishOptions = {}): number {
    const batch = data instanceof Batch ? data : Batch.of(data);
    return this.#hub.room(room).publish(batch, echo ? undefined : new Set([this.id]));
  }

  /** Waits until so many messages were sent. */
  async count(messages: number): Promise<readonly Message[]> {
    while (this.sent.length < messages) await this.#arrival.promise;
    return this.sent;
  }
}
