import { Batch } from "../../base/batch.ts";
import { GOODBYE_TIMEOUT } from "../../base/limits.ts";
import type { Transport, TransportEvents } from "../../contract.ts";
import { type Control, ControlError, controlText, type Greeting, readControl } from "./control.ts";
import { divide, escaped, type Taker } from "./escape.ts";
import { ELSEWHERE, endsSession } from "./terms.ts";

/** A transport on which nothing comes back: its client has said before what it has, and acknowledges nothing. */
export interface OneWay {
  /** The number of the last message that the client has; undefined where it begins a session. */
  readonly received?: number | undefined;
  /** Takes the greeting, in place of the client, before the first message that follows it. */
  greet(greeting: Greeting): void;
}

/** The session that a {@linkcode Link} is of. */
export interface Linked {
  /** The link's transport is open. */
  linked(link: Link): void;
  /** The client that comes back has said what it has. */
  greeted(link: Link, received: number): void;
  /** Messages for the handler came. */
  received(batch: Batch): void;
  /**
   * The client has so many messages.
   *
   * @throws {ControlError} If it cannot.
   */
  acknowledged(count: number): void;
  /** The client has broken the protocol. */
  refused(link: Link, message: string): void;
  /** The client closes, and wants no more. */
  closing(link: Link, code: number, reason: string): Promise<void> | void;
  /** The transport is of no use any more; its client may come back. */
  broke(link: Link): void;
  /** The transport is closed, with an answer to the close where there was one. */
  closed(link: Link, code: number, reason: string): void;
  /** As in {@linkcode TransportEvents}. */
  failed(message: string, code?: number): void;
  tooLarge(): void;
  end(code: number, reason: string): void;
}

// How long a client that comes back may take to say what it has, in ms.
const GREETING_TIME = 10_000;

/** One transport of a session, from the time when it is made until another one takes its place. */
export class Link implements TransportEvents, Taker {
  readonly transport: Transport;
  /** Whether its client has been greeted, so that messages may go both ways. */
  isReady = false;
  readonly #oneWay: OneWay | undefined;
  /** Undefined when it is none of the session any more: what it brings is nobody's then. */
  #session: Linked | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport, session: Linked, oneWay?: OneWay) {
    this.transport = transport;
    this.#session = session;
    this.#oneWay = oneWay;
  }

  /** Whether the client acknowledges what it gets. */
  get acknowledges(): boolean {
    return this.#oneWay === undefined;
  }

  get isOver(): boolean {
    return this.#session === undefined;
  }

  /** Sends messages. */
  send(batch: Batch): void {
    this.transport.send(this.#oneWay ? batch : escaped(batch));
  }

  /** Sends a control message. */
  tell(fields: Control): void {
    if (!this.#oneWay) this.transport.send(Batch.of(controlText(fields)));
  }

  /** Sends the first message. */
  greet(greeting: Greeting): void {
    clearTimeout(this.#timer);
    this.isReady = true;
    if (this.#oneWay) this.#oneWay.greet(greeting);
    else this.transport.send(Batch.of(controlText(greeting)));
  }

  /** Waits for the client to say what it has. */
  expectGreeting(): void {
    const received = this.#oneWay?.received;
    if (received !== undefined) return this.#session?.greeted(this, received);
    this.#timer = setTimeout(() => {
      this.transport.close(1002, "It is not said what was received");
      this.leave()?.broke(this);
    }, GREETING_TIME);
  }

  /** Is none of the session any more: another one has taken its place. */
  replace(): void {
    this.leave();
    // Nobody counts it, so that there must not be many of them.
    this.transport.close(...ELSEWHERE, GOODBYE_TIMEOUT);
  }

  /** Tells its session nothing more; answers which that was. */
  leave(): Linked | undefined {
    const session = this.#session;
    this.#session = undefined;
    clearTimeout(this.#timer);
    return session;
  }

  opened(): void {
    this.#session?.linked(this);
  }

  received(batch: Batch): void {
    try {
      divide(batch, this);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      this.#session?.refused(this, error.message);
    }
  }

  data(batch: Batch): void {
    if (!this.isReady) throw new ControlError("It is not said what was received");
    this.#session?.received(batch);
  }

  control(text: string): void {
    const { ack, received } = readControl(text);
    if (this.isReady) {
      if (received !== undefined) throw new ControlError("It is said twice what was received");
      this.#session?.acknowledged(ack ?? 0);
    } else if (received !== undefined) this.#session?.greeted(this, received);
    else throw new ControlError("It is not said what was received");
  }

  tooLarge(): void {
    this.#session?.tooLarge();
  }

  failed(message: string, code?: number): void {
    this.#session?.failed(message, code);
  }

  closing(code: number, reason: string): Promise<void> | void {
    if (endsSession(code)) return this.#session?.closing(this, code, reason);
    this.leave()?.broke(this);
  }

  /** Says nothing: what has not reached the client is kept for it, and counted when nobody comes back for it. */
  lost(): void {}

  end(code: number, reason: string): void {
    // The engine has found that the client is silent.
    if (code === 1001) this.leave()?.broke(this);
    else this.#session?.end(code, reason);
  }

  closed(code: number, reason: string): void {
    this.leave()?.closed(this, code, reason);
  }
}
