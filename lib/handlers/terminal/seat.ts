import { Batch } from "../../base/batch.ts";
import { CodecError } from "../../base/errors.ts";
import { HIGH_WATER_MARK } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Connection, Gauge } from "../../contract.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";
import { refuseMessage } from "../refuse_message.ts";
import { parseControl } from "./control.ts";

// Bytes that a client may be behind: enough to go on without a pause, and so little that Ctrl-C is seen at once.
const WINDOW = 256 * 1024;

/** Options of {@linkcode Seat}. */
export interface SeatOptions {
  /** Whether its client speaks the protocol of terminals; otherwise everything that it says is typed. */
  readonly speaks: boolean;
  /** Whether its client may type. */
  readonly write: boolean;
  readonly log: Log;
  /** Takes what its client types. */
  type(batch: Batch): void;
  /** Takes another size of its client. */
  resize(size: TerminalSize): void;
}

/**
 * One client at a terminal: what it says is typed, or about its terminal; what it is sent is bytes, or, where it does not
 * speak the protocol, text.
 *
 * A browser takes all that comes, however slowly its page shows it: a client that speaks the protocol is behind by what
 * it has not told that it has shown, any other by what waits for it.
 */
export class Seat implements Gauge {
  readonly #connection: Connection;
  readonly #options: SeatOptions;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #sent = 0;
  /** Bytes that its client has shown, as far as it has told. */
  #read = 0;
  #closed = false;
  #moved = Promise.withResolvers<void>();

  constructor(connection: Connection, options: SeatOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Tells a client that speaks the protocol something. */
  tell(facts: Readonly<Record<string, unknown>>): void {
    if (this.#options.speaks) this.#connection.send(JSON.stringify(facts));
  }

  /** Takes what its client says. */
  batch(batch: Batch): void {
    const { speaks, write, log } = this.#options;
    if (this.#closed) return;
    if (speaks && !batch.binary) return this.#listen(batch);
    if (write) return this.#options.type(batch);
    refuseMessage(this, log);
  }

  /** Sends output. */
  send(batch: Batch): void {
    this.#sent += batch.length;
    if (this.#options.speaks) return this.#connection.send(batch);
    for (let at = 0; at < batch.size; at++) this.#sendText(batch.bytesAt(at));
  }

  /** Whether it is so far behind that its program has to wait, where it has no other. */
  get isBehind(): boolean {
    return this.#behind > WINDOW;
  }

  /** More than {@linkcode HIGH_WATER_MARK} where it is so far behind that its program has to wait. */
  get bufferedAmount(): number {
    return this.isBehind ? HIGH_WATER_MARK + this.#behind : this.#behind;
  }

  async drained(): Promise<void> {
    while (this.#behind > WINDOW / 2) {
      const { bufferedAmount } = this.#connection;
      if (bufferedAmount > WINDOW / 2) await this.#connection.drained(WINDOW / 2);
      else await this.#moved.promise;
    }
  }

  pause(): boolean {
    return this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(code?: number, reason?: string): void {
    if (!this.#options.speaks && !this.#closed) this.#sendText();
    this.left();
    this.#connection.close(code, reason);
  }

  /** Says that its client has left: nothing waits for it any more. */
  left(): void {
    this.#closed = true;
    this.#moved.resolve();
  }

  get #behind(): number {
    if (this.#closed) return 0;
    const unread = this.#options.speaks ? this.#sent - this.#read : 0;
    return Math.max(unread, this.#connection.bufferedAmount);
  }

  /** Sends text that is whole characters; without bytes, what is left of one. */
  #sendText(bytes?: Uint8Array): void {
    const text = bytes ? this.#decoder.decode(bytes, { stream: true }) : this.#decoder.decode();
    if (text !== "") this.#connection.send(text);
  }

  #listen(batch: Batch): void {
    try {
      for (const message of batch) {
        const { size, read } = parseControl(message as string);
        if (size) this.#options.resize(size);
        if (read !== undefined) this.#shown(read);
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#options.log.error("websocket", error.message);
      this.close(error.code, error.message);
    }
  }

  #shown(read: number): void {
    // Nobody has shown more than was sent, nor less than before.
    this.#read = Math.min(this.#sent, Math.max(this.#read, read));
    this.#moved.resolve();
    this.#moved = Promise.withResolvers<void>();
  }
}
