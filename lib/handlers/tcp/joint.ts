import type { Batch } from "../../base/batch.ts";
import { messageOf } from "../../base/errors.ts";
import { INPUT_PATIENCE, OVERFLOW_PATIENCE } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import { within } from "../../base/within.ts";
import { binary } from "../../codec/binary.ts";
import { ClientInput } from "../../process/client_input.ts";
import type { Feed } from "../../process/feed.ts";
import type { Connection, Decoder } from "../../contract.ts";
import { Output } from "../../process/output.ts";
import { readableOf, writableOf } from "./streams.ts";

/** Options of a {@linkcode TcpJoint}. */
export interface TcpJointOptions {
  /** The name of the other side in messages. */
  readonly name: string;
  /** Bytes of input that may wait for it. */
  readonly maxQueue: number;
  readonly log: Log;
}

// What waits in every idle connection, in bytes.
const SMALLEST = 512;

/**
 * A connection to a TCP or Unix socket, joined to one of a client. What the client sends waits in
 * {@linkcode ClientInput}; what the other side sends waits in the system while the client is behind.
 *
 * A WebSocket has no half-close, so the end of either direction is the end of both: when the other side
 * has sent its last byte, it is still given what the client has sent before, and nothing that comes later.
 */
export class TcpJoint {
  readonly #conn: Deno.Conn;
  readonly #connection: Connection;
  readonly #options: TcpJointOptions;
  readonly #input: ClientInput;
  readonly #feed: Feed;
  readonly #over = Promise.withResolvers<void>();
  #patience = 0;
  #closed = false;

  constructor(conn: Deno.Conn, connection: Connection, options: TcpJointOptions) {
    this.#conn = conn;
    this.#connection = connection;
    this.#options = options;
    this.#input = new ClientInput(options);
    this.#input.from(connection);
    this.#feed = this.#input.feed(writableOf(conn));
  }

  /** Takes messages of the client; those of text as their bytes. */
  batch(batch: Batch): void {
    if (this.#input.add(binary.encode(batch))) return;
    const { name, maxQueue, log } = this.#options;
    log.error(
      "session",
      `Input comes faster than ${name} reads it: more than ${maxQueue} bytes wait`,
    );
    this.#connection.close(1013, `More than ${maxQueue} bytes wait for the other side`);
    this.leave(OVERFLOW_PATIENCE);
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

  /** Lets the bytes flow until both sides are closed. */
  async run(): Promise<void> {
    const connection = this.#connection;
    const decoder: Decoder = {
      push(chunk) {
        connection.send(chunk);
        return 1;
      },
      end: () => connection.close(1000),
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

  #failed(error: unknown): void {
    if (this.#closed) return;
    const { name, log } = this.#options;
    log.error("session", `The connection to ${name} broke: ${messageOf(error)}`);
    this.#connection.close(1011, "The connection to the other side broke");
  }

  #reportLoss(): void {
    const { lost } = this.#feed;
    if (lost === 0) return;
    const { name, log } = this.#options;
    log.error("session", `${name} did not take ${lost} bytes from the client`);
  }
}
