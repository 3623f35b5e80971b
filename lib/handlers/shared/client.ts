import type { Connection } from "../../base/connection.ts";
import type { Log } from "../../base/log.ts";
import type { Source } from "../../process/shared_input.ts";
import type { Message } from "../message_queue.ts";
import { Recipient, type SlowPolicy } from "../recipient.ts";

// How long a client may seem to read nothing, in ms: an engine may tell only of large parts that have left.
const STUCK = 1_000;

/** How a {@linkcode Client} is treated. */
export interface ClientOptions {
  /** What happens where it reads too slowly. */
  readonly slow: SlowPolicy;
  /** The log of its request. */
  readonly log: Log;
  /** What it gets first. */
  readonly lines: readonly Message[];
  /** What a process is told of it when it opens. */
  readonly announcement: string;
}

/** One of those who share a process. */
export class Client implements Source {
  readonly connection: Connection;
  readonly log: Log;
  waiting = 0;
  /** The rooms that it is in; only a process that speaks in events makes any. */
  rooms: Set<string> | undefined;
  /** What a process is told of it when it opens, as long as that may be needed. */
  announcement: string;
  readonly #recipient: Recipient;
  #behind = 0;
  #readAt: number | undefined;

  constructor(connection: Connection, options: ClientOptions) {
    const { slow, log, lines, announcement } = options;
    this.announcement = announcement;
    this.connection = connection;
    this.log = log;
    this.#recipient = new Recipient(connection, slow, log);
    this.#recipient.begin(lines);
  }

  get id(): string {
    return this.connection.id;
  }

  /** Whether its connection is about to end. */
  get closing(): boolean {
    return this.#recipient.left;
  }

  /** Bytes that wait for it. */
  get behind(): number {
    return this.#recipient.behind;
  }

  /** Sends it a message, as far as it keeps up. */
  send(data: string | Uint8Array): void {
    this.#recipient.send(data);
  }

  /**
   * Whether it reads what waits for it, as far as can be seen from one look to the next.
   *
   * @param behind Bytes that wait for it.
   * @param now Milliseconds on a clock that never goes back.
   */
  reads(behind: number, now: number): boolean {
    if (behind < this.#behind || this.#readAt === undefined) this.#readAt = now;
    this.#behind = behind;
    return now - this.#readAt < STUCK;
  }

  /** Closes its connection after everything that was sent; the first call decides. */
  close(code: number, reason: string): void {
    if (this.closing) return;
    this.#recipient.flush();
    this.leave();
    this.connection.close(code, reason);
  }

  /** Nothing more is sent to it. */
  leave(): void {
    this.#recipient.leave();
  }
}
