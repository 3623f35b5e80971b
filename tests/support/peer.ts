import { createHash } from "node:crypto";
import { type Received, receivedOf } from "./client.ts";

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
    const { length } = payload;
    const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
    const bytes = new Uint8Array(2 + extended + length);
    const view = new DataView(bytes.buffer);
    bytes[0] = first;
    bytes[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
    if (extended === 2) view.setUint16(2, length);
    if (extended === 8) view.setBigUint64(2, BigInt(length));
    bytes.set(payload, 2 + extended);
    await this.write(bytes);
  }

  /** Sends bytes that need not be a frame. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let written = 0; written < bytes.length;) {
      written += await this.conn.write(bytes.subarray(written));
    }
  }

  /** The next message, ping, pong or end; 1006 where there is no close frame. */
  async next(): Promise<Received> {
    const head = await this.#read(2);
    if (!head) return { kind: "close", code: 1006, reason: "" };
    const opcode = (head[0] as number) & 15;
    let length = (head[1] as number) & 127;
    if (length === 126) length = view(await this.#read(2)).getUint16(0);
    else if (length === 127) length = Number(view(await this.#read(8)).getBigUint64(0));
    const mask = await this.#read(4) ?? new Uint8Array(4);
    const data = await this.#read(length) ?? new Uint8Array();
    for (let index = 0; index < data.length; index++) {
      data[index] = (data[index] as number) ^ (mask[index & 3] as number);
    }
    return receivedOf(opcode, data);
  }

  /** The text of the next message; fails on anything else. */
  async text(): Promise<string> {
    const received = await this.next();
    if (received.kind === "text") return received.data;
    throw new Error(`No text, but ${JSON.stringify(received)}`);
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

function view(bytes: Uint8Array | undefined): DataView {
  if (!bytes) throw new Error("The connection ended in a frame");
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
