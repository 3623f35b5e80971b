import { FrameCounter } from "./frame_counter.ts";
import { maskedFrame } from "./masked_frame.ts";

// The pair of RFC 6455 §1.3: a fixed key lets the answer be checked without hashing anything.
const REQUEST =
  "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const CLOSE = maskedFrame(Uint8Array.of(1000 >> 8, 1000 & 0xff), { opcode: 8 });

/** Options of {@linkcode Client.connect}. */
export interface ClientOptions {
  /**
   * Bytes read at once; it has to hold the head of the server's answer.
   *
   * @default {4096}
   */
  readonly bufferSize?: number;
  /**
   * Milliseconds to wait before each read, so that what arrives is read together.
   *
   * A client that wakes up for every single frame takes the processor from the server and measures
   * itself. A pause is for work where the server always has something to do meanwhile.
   *
   * @default {0} which is no wait at all
   */
  readonly pause?: number;
  /**
   * Whether it takes compressed messages, which it does not look into.
   *
   * @default {false}
   */
  readonly compressed?: boolean;
}

/**
 * A WebSocket client that costs next to nothing, so that it does not hide what the server costs.
 *
 * Writes frames that were made beforehand over raw TCP and counts what comes back, see
 * {@linkcode FrameCounter}. The built-in `WebSocket` costs an event and a string a message.
 */
export class Client {
  /** The counter of what arrived. */
  readonly received: FrameCounter;
  readonly #conn: Deno.TcpConn;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #pause: number;
  #open = true;

  private constructor(conn: Deno.TcpConn, options: ClientOptions) {
    const { bufferSize = 4096, pause = 0, compressed = false } = options;
    this.received = new FrameCounter(compressed);
    this.#conn = conn;
    this.#buffer = new Uint8Array(bufferSize);
    this.#pause = pause;
  }

  /**
   * Connects to a server on loopback and upgrades.
   *
   * @param port The port of the server.
   * @param options The way to read.
   * @returns The open client.
   * @throws {Error} If the server does not answer the handshake with 101 and the right key.
   */
  static async connect(port: number, options: ClientOptions = {}): Promise<Client> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = new Client(conn, options);
    try {
      conn.setNoDelay();
      const request = `${REQUEST}${options.compressed ? OFFER : ""}\r\n`;
      await client.write(new TextEncoder().encode(request));
      await client.#readHead();
      return client;
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  async #readHead(): Promise<void> {
    let length = 0;
    for (;;) {
      const count = await this.#conn.read(this.#buffer.subarray(length));
      if (!count) throw new Error("Cannot upgrade: the server ended the connection");
      length += count;
      const head = new TextDecoder("latin1").decode(this.#buffer.subarray(0, length));
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) continue;
      if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(ACCEPT)) {
        throw new Error(`Cannot upgrade: the server answered "${head.split("\r\n", 1)[0]}"`);
      }
      this.received.push(this.#buffer.subarray(end + 4, length));
      return;
    }
  }

  /**
   * Writes frames of {@linkcode maskedFrame} as they are.
   *
   * @param frames Whole frames, one or more.
   */
  async write(frames: Uint8Array<ArrayBuffer>): Promise<void> {
    let written = await this.#conn.write(frames);
    while (written < frames.length) written += await this.#conn.write(frames.subarray(written));
  }

  /**
   * Reads once and counts what came.
   *
   * @returns False when the server ended the connection.
   */
  async read(): Promise<boolean> {
    if (this.#pause > 0) await new Promise((resolve) => setTimeout(resolve, this.#pause));
    const count = await this.#conn.read(this.#buffer);
    if (count === null) return false;
    this.received.push(this.#buffer.subarray(0, count));
    return true;
  }

  /**
   * Reads until so many messages have arrived since the connection opened.
   *
   * @param messages The number to wait for.
   * @throws {Error} If the server closes before.
   */
  async readUntil(messages: number): Promise<void> {
    while (this.received.messages < messages) {
      if (await this.read() && !this.received.closed) continue;
      const { messages: got } = this.received;
      if (got < messages) throw new Error(`Got ${got} of ${messages} messages: the server closed`);
    }
  }

  /** Closes with 1000 and waits for the server's close frame, or for its end. */
  async close(): Promise<void> {
    try {
      await this.write(CLOSE);
      while (!this.received.closed && await this.read());
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Drops the connection, if it is still there. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }
}
