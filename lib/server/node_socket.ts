import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { Batch } from "../base/batch.ts";
import { CLOSE_TIMEOUT, HIGH_WATER_MARK, NODE_MESSAGE_OVERHEAD } from "../base/limits.ts";
import { type ConnectionOptions, LiveConnection } from "../connection/live_connection.ts";
import type { Ticket } from "../connection/ticket.ts";
import { Backlog, type Unsent } from "../connection/transport/backlog.ts";
import type { Transport } from "../contract.ts";

// How often to look whether a client still reads while its connection is closing, in ms.
const LOOK_MS = 1_000;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A WebSocket of the package ws, which tells its connection what happens. */
export class NodeSocket implements Transport, Unsent {
  /** Of the header of a frame, which may have more where the message is large; then that does not count. */
  readonly headerBytes = 2;
  readonly overhead = NODE_MESSAGE_OVERHEAD;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #connection: LiveConnection;
  readonly #backlog = new Backlog(this);
  #heard = false;
  #broken = false;
  #corked = false;
  #pings: ReturnType<typeof setInterval> | undefined;
  #closing: ReturnType<typeof setInterval> | undefined;

  /** @param stream What the WebSocket reads and writes. */
  constructor(socket: WebSocket, stream: Duplex, ticket: Ticket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#connection = new LiveConnection(this, ticket, options);
    socket.on("message", (data, isBinary) => {
      this.#heard = true;
      // Not as the Buffer that it is, which has other methods.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      this.#connection.received(Batch.of(isBinary ? bytes : decoder.decode(bytes)));
    });
    socket.on("error", (error) => {
      this.#broken = true;
      this.#watchClose();
      if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") this.#connection.tooLarge();
      else this.#connection.failed(error.message);
    });
    socket.on("close", (code, reason) => {
      this.#backlog.release();
      clearInterval(this.#pings);
      clearInterval(this.#closing);
      this.#connection.closed(code, decoder.decode(reason));
    });
    // Both close frames are out. A client that broke the protocol may still send: it could not read why
    // it is refused if the connection were cut.
    stream.on("finish", () => this.#broken || stream.destroy());
    if (ticket.pingMs > 0) this.#ping(ticket.pingMs);
    this.#connection.opened();
  }

  get bufferedAmount(): number {
    return this.#backlog.amount;
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    return this.#backlog.drained(amount);
  }

  get unsent(): number {
    return this.#socket.bufferedAmount;
  }

  get isBehind(): boolean {
    return this.unsent > 0;
  }

  pause(): boolean {
    return false;
  }

  resume(): void {}

  send(batch: Batch): void {
    for (const message of batch) this.#send(message);
  }

  #send(data: string | Uint8Array): void {
    this.#backlog.add(data.length);
    if (!this.#corked) {
      // What is sent in one go leaves in one write.
      this.#corked = true;
      this.#stream.cork();
      queueMicrotask(this.#uncork);
    }
    // It keeps bytes until they have left, and the caller may use them again.
    this.#socket.send(typeof data === "string" ? data : data.slice());
  }

  close(code: number, reason: string): void {
    this.#backlog.release();
    this.#socket.close(code, reason);
    this.#watchClose();
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#stream.uncork();
  };

  /** Drops a client that neither answers the close frame nor reads what was sent before it. */
  #watchClose(): void {
    if (this.#closing !== undefined) return;
    let before = this.unsent;
    let stalled = 0;
    this.#closing = setInterval(() => {
      const { unsent } = this;
      stalled = unsent < before ? 0 : stalled + LOOK_MS;
      before = unsent;
      if (stalled >= CLOSE_TIMEOUT) this.#socket.terminate();
    }, LOOK_MS);
  }

  #ping(interval: number): void {
    const heard = () => {
      this.#heard = true;
    };
    this.#socket.on("pong", heard);
    this.#socket.on("ping", heard);
    let silent = 0;
    this.#pings = setInterval(() => {
      silent = this.#heard ? 0 : silent + 1;
      this.#heard = false;
      if (silent < 2) return this.#socket.ping();
      this.#connection.end(1001, "No answer to pings");
      this.#socket.terminate();
    }, interval);
  }
}
