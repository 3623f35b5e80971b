import type { Batch } from "../../base/batch.ts";
import type { Log } from "../../base/log.ts";
import { Ignored } from "../../codec/ignored.ts";
import type { Mismatch } from "../../codec/mismatch.ts";
import type { Connection, Ending } from "../../contract.ts";
import type { Source } from "../../process/piece.ts";
import type { Close } from "../../process/status.ts";

// How long a client may seem to read nothing, in ms: an engine may tell only of large parts that have left.
const STUCK = 1_000;

/** Options of a {@linkcode Client}. */
export interface ClientOptions {
  /** The log of its request. */
  readonly log: Log;
  /** The messages that it gets first. */
  readonly past: readonly Batch[];
  /** The text that tells a process of it when it opens. */
  readonly announcement: string;
  /** The policy for messages of it that are of the wrong kind; default: they are ignored. */
  readonly mismatch?: Mismatch | undefined;
}

/** One of those who share a process. */
export class Client implements Source {
  readonly connection: Connection;
  readonly log: Log;
  #waiting = 0;
  #isHeld = false;
  /** The rooms that it is in; only a process that speaks in events makes any. */
  rooms: Set<string> | undefined;
  /** The text that tells a process of it when it opens, as long as that may be needed. */
  announcement: string;
  /** Messages of it that are of the wrong kind. */
  readonly ignored: Ignored;
  #left = false;
  #ending: Ending | undefined;
  #behind = 0;
  #readAt: number | undefined;

  constructor(connection: Connection, options: ClientOptions) {
    const { log, past, announcement, mismatch } = options;
    this.ignored = new Ignored(mismatch);
    this.announcement = announcement;
    this.connection = connection;
    this.log = log;
    connection.replay(past);
  }

  get waiting(): number {
    return this.#waiting;
  }

  set waiting(bytes: number) {
    this.#waiting = bytes;
    if (bytes > 0 || !this.#isHeld) return;
    this.#isHeld = false;
    this.connection.resume();
  }

  /** Takes nothing more from it until the process has got what it has said. */
  hold(): void {
    if (this.#waiting > 0 && !this.#isHeld) this.#isHeld = this.connection.pause();
  }

  get id(): string {
    return this.connection.id;
  }

  /** Whether its connection is about to end. */
  get closing(): boolean {
    return this.#left;
  }

  /** Bytes that wait for it. */
  get behind(): number {
    return this.connection.bufferedAmount;
  }

  /** Sends it messages, as far as it keeps up. */
  send(batch: Batch): void {
    if (!this.#left) this.connection.deliver(batch);
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

  /** Facts for the log about the end of its connection. */
  get ending(): Ending {
    return { ...this.#ending, ignored: this.ignored.count };
  }

  /** Closes its connection after everything that was sent; the first call decides. */
  close({ code, reason, ending }: Close): void {
    if (this.closing) return;
    this.leave();
    this.#ending = ending;
    this.connection.close(code, reason);
  }

  /** Nothing more is sent to it. */
  leave(): void {
    this.#left = true;
  }
}
