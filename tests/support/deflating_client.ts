import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
// @ts-types="../../lib/base/ws.d.ts"
import { type PerMessageDeflateOptions, WebSocket } from "ws";
import { inTime } from "./in_time.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A message as it was received, and as it was sent. */
export type Said = string | Uint8Array;

/** A client that offers compression, that of the npm package ws. */
export class DeflatingClient {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly received: Said[] = [];
  /** The terms that were agreed on, as the server has said them; empty where there are none. */
  readonly terms: string;
  /** Close code and reason, `1000 bye`. */
  readonly closed: Promise<string>;
  #waiting: { count: number; resolve: () => void } | undefined;

  private constructor(socket: WebSocket, { socket: stream, headers }: IncomingMessage) {
    this.#socket = socket;
    this.#stream = stream;
    this.terms = headers["sec-websocket-extensions"] ?? "";
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve(`${code} ${decoder.decode(reason)}`.trimEnd()));
    });
    socket.on("message", (data, isBinary) => {
      this.received.push(isBinary ? new Uint8Array(data) : decoder.decode(data));
      if (this.received.length >= (this.#waiting?.count ?? Infinity)) this.#waiting?.resolve();
    });
    // The close code says the same.
    socket.on("error", () => {});
  }

  /** @param offer What it offers; false for no compression. */
  static async open(
    url: string,
    offer: boolean | PerMessageDeflateOptions = true,
  ): Promise<DeflatingClient> {
    const socket = new WebSocket(url, [], { perMessageDeflate: offer });
    const { promise, resolve, reject } = Promise.withResolvers<DeflatingClient>();
    socket.on("upgrade", (response) => {
      const client = new DeflatingClient(socket, response);
      socket.on("open", () => resolve(client));
    });
    socket.on("error", reject);
    return await promise;
  }

  /** Bytes that have come from the server so far, the answer to the handshake included. */
  get bytesRead(): number {
    return this.#stream.bytesRead;
  }

  send(message: Said): void {
    this.#socket.send(message);
  }

  ping(): void {
    this.#socket.ping();
  }

  /** The first so many messages. */
  async messages(count: number): Promise<readonly Said[]> {
    if (this.received.length < count) {
      const come = new Promise<void>((resolve) => this.#waiting = { count, resolve });
      await inTime(come, () => `${count} messages, of which ${this.received.length} have come`);
    }
    return this.received.slice(0, count);
  }

  /** Closes it, and waits for the answer. */
  async close(code = 1000): Promise<string> {
    this.#socket.close(code, "");
    return await this.closed;
  }
}
