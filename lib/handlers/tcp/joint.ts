import type { Batch } from "../../base/batch.ts";
import { CodecError, messageOf } from "../../base/errors.ts";
import { INPUT_PATIENCE, OVERFLOW_PATIENCE } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import { within } from "../../base/within.ts";
import { binary } from "../../codec/binary.ts";
import { Ignored } from "../../codec/ignored.ts";
import type { Mismatch } from "../../codec/mismatch.ts";
import { ClientInput } from "../../process/client_input.ts";
import type { Feed } from "../../process/feed.ts";
import type { Connection, Decoder, Ending } from "../../contract.ts";
import { Output } from "../../process/output.ts";
import { readableOf, writableOf } from "./streams.ts";

/** Options of a {@linkcode TcpJoint}. */
export interface TcpJointOptions {
  /** The name of the other side in messages. */
  readonly name: string;
  /** Bytes of input that may wait for it. */
  readonly maxQueue: number;
  /** The policy for messages of text. */
  readonly mismatch: Mismatch;
  readonly log: Log;
}

// What waits in every idle connection, in bytes.
const SMALLEST = 512;

/**
 * A connection to a TCP or Unix socket, joined to one of a client. What the client sends waits in
 * {@linkcode ClientInput}; what the other side sends waits in the system while the client is behind.
 *
 * A WebSocket has no half-close, so the end of either direction is the end of both, unless the client ends its own by
 * `end`: when the other side
 * has sent its last byte, it is still given what the client has sent before, and nothing that comes later.
 */
export class TcpJoint {
  readonly #conn: Deno.Conn;
  readonly #connection: Connection;
  readonly #options: TcpJointOptions;
  readonly #input: ClientInput;
  readonly #feed: Feed;
  readonly #ignored: Ignored;
  readonly #over = Promise.withResolvers<void>();
  #patience = 0;
  #closed = false;
  /** The reason why the connection is closed. */
  #by: "service" | "failure" | undefined;

  constructor(conn: Deno.Conn, connection: Connection, options: TcpJointOptions) {
    this.#conn = conn;
    this.#connection = connection;
    this.#options = options;
    this.#input = new ClientInput(options);
    this.#input.from(connection);
    this.#ignored = new Ignored(options.mismatch);
    this.#feed = this.#input.feed(writableOf(conn));
  }

  /** Takes messages of the client. */
  batch(batch: Batch): void {
    if (this.#ignores(batch) || this.#input.add(binary.encode(batch))) return;
    const { name, maxQueue, log } = this.#options;
    log.error(
      "session",
      `Input comes faster than ${name} reads it: more than ${maxQueue} bytes wait`,
    );
    this.#by ??= "failure";
    this.#connection.close(1013, `More than ${maxQueue} bytes wait for the other side`);
    this.leave(OVERFLOW_PATIENCE);
  }

  /** The client has sent all, and still takes what the other side has to say to that. */
  async end(): Promise<void> {
    await this.#feed.end(Infinity);
    // It fails where the other side is gone, which its output tells.
    if (!this.#closed) await this.#conn.closeWrite().catch(() => {});
  }

  /**
   * The client has left.
   *
   * @param patience For how many ms the other side may take nothing of what waits for it.
   */
  leave(patience: number = INPUT_PATIENCE): void {
    this.#patience = patience;
    this.#over.resolve();
    // Whoever leaves for the second time may have less.
    this.#feed.end(patience);
  }

  /** Facts for the log about the end of the connection. */
  get ending(): Ending {
    return {
      by: this.#by === "service" ? "service" : undefined,
      ignored: this.#ignored.count,
    };
  }

  /** Lets the bytes flow until both sides are closed. */
  async run(): Promise<void> {
    const connection = this.#connection;
    const decoder: Decoder = {
      push(chunk) {
        connection.send(chunk);
        return 1;
      },
      end: () => {
        this.#by ??= "service";
        connection.close(1000);
      },
    };
    const failed = (error: unknown) => this.#failed(error);
    const options = { smallest: SMALLEST, gauge: connection, failed };
    const output = new Output(readableOf(this.#conn, failed), decoder, options);
    output.ended.then(() => this.leave());
    await this.#over.promise;
    await this.#feed.end(this.#patience);
    // Its own end first: closing with bytes that were not read would take back what was just written.
    // It fails where the other side is gone, and then there is nobody to tell.
    await this.#conn.closeWrite().catch(() => {});
    await within(output.ended, INPUT_PATIENCE);
    this.#closed = true;
    this.#conn.close();
    await output.ended;
    this.#reportLoss();
  }

  #ignores(batch: Batch): boolean {
    const { mismatch, log } = this.#options;
    try {
      return this.#ignored.has(batch, mismatch === "convert" ? "both" : "binary", log);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      log.error("session", error.message);
      this.#by ??= "failure";
      this.#connection.close(error.code, error.message);
      this.leave();
      return true;
    }
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const { name, log } = this.#options;
    log.error("session", `The connection to ${name} broke: ${messageOf(error)}`);
    this.#by ??= "failure";
    this.#connection.close(1011, "The connection to the other side broke");
  }

  #reportLoss(): void {
    const { lost } = this.#feed;
    if (lost === 0) return;
    const { name, log } = this.#options;
    log.error("session", `${name} did not take ${lost} bytes from the client`);
  }
}
