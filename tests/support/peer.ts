import { createHash } from "node:crypto";
import { writeAll } from "./bytes.ts";
import { bareFrame, readFrame, type Received, textOf } from "./frames.ts";

const encoder = new TextEncoder();

/** Where a test waits for clients as a server that does exactly what the test says. */
export class PeerListener implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly url: string;

  constructor(port = 0) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.url = `ws://127.0.0.1:${this.#listener.addr.port}/`;
  }

  /** The next connection, whose request has come and is not answered. */
  async accept(): Promise<Peer> {
    return await Peer.of(await this.#listener.accept());
  }

  /** The next connection, upgraded. */
  async open(): Promise<Peer> {
    const peer = await this.accept();
    await peer.upgrade();
    return peer;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** A server's end of a bare connection. */
export class Peer implements Disposable {
  /** The head of the request. */
  readonly head: string;
  readonly conn: Deno.Conn;
  #buffer: Uint8Array;

  private constructor(conn: Deno.Conn, head: string, rest: Uint8Array) {
    this.conn = conn;
    this.head = head;
    this.#buffer = rest;
  }

  /** Reads the head of a request. */
  static async of(conn: Deno.Conn): Promise<Peer> {
    let text = "";
    const chunk = new Uint8Array(4096);
    let end = -1;
    while (end < 0) {
      const count = await conn.read(chunk);
      if (count === null) throw new Error(`The client hung up after: ${text}`);
      text += String.fromCharCode(...chunk.subarray(0, count));
      end = text.indexOf("\r\n\r\n");
    }
    const rest = Uint8Array.from(text.slice(end + 4), (char) => char.charCodeAt(0));
    return new Peer(conn, text.slice(0, end), rest);
  }

  /** Answers with 101. */
  async upgrade(headers = ""): Promise<void> {
    const key = /^sec-websocket-key: (\S+)/im.exec(this.head)?.[1] ?? "";
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    await this.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n${headers}\r\n`,
    );
  }

  /** Sends a message. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    await this.frame(typeof data === "string" ? 0x81 : 0x82, bytes);
  }

  /** Sends a close frame; without a code, an empty one. */
  async close(code?: number, reason = ""): Promise<void> {
    const bytes = code === undefined
      ? new Uint8Array()
      : Uint8Array.of(code >> 8, code & 255, ...encoder.encode(reason));
    await this.frame(0x88, bytes);
  }

  /** Closes as a server does: sends a close frame, waits for that of the client, and hangs up. */
  async end(code?: number, reason = ""): Promise<void> {
    await this.close(code, reason);
    for (let kind = ""; kind !== "close";) ({ kind } = await this.next());
    this[Symbol.dispose]();
  }

  /** Answers the close frame of the client, and hangs up. */
  async leave(code = 1000): Promise<void> {
    await this.close(code);
    this[Symbol.dispose]();
  }

  /** Sends a frame with a first byte of one's own. */
  async frame(first: number, payload: Uint8Array): Promise<void> {
    await this.write(bareFrame(first, payload));
  }

  /** Sends bytes that need not be a frame. */
  async write(data: string | Uint8Array): Promise<void> {
    await writeAll(this.conn, data);
  }

  /** The next message, ping, pong or end; 1006 where there is no close frame. */
  async next(): Promise<Received> {
    return await readFrame((length) => this.#read(length));
  }

  /** The text of the next message; fails on anything else. */
  async text(): Promise<string> {
    return textOf(await this.next());
  }

  /** The code of the next frame, which has to be a close frame. */
  async closed(): Promise<number> {
    const received = await this.next();
    if (received.kind === "close") return received.code;
    throw new Error(`No close, but ${JSON.stringify(received)}`);
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // Dropped before.
    }
  }

  async #read(length: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length < length) {
      const chunk = new Uint8Array(Math.max(65536, length - this.#buffer.length));
      const count = await this.conn.read(chunk).catch(() => null);
      if (count === null) return undefined;
      const joined = new Uint8Array(this.#buffer.length + count);
      joined.set(this.#buffer);
      joined.set(chunk.subarray(0, count), this.#buffer.length);
      this.#buffer = joined;
    }
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }
}
