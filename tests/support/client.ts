import { writeAll } from "./bytes.ts";
import { frame, readFrame, type Received, textOf } from "./frames.ts";
import { inTime } from "./in_time.ts";

export { frame, type Received };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a request for an upgrade is made of; everything can be left out or made wrong. */
export interface HandshakeOptions {
  readonly method?: string;
  /** Path and query as they shall stand in the request. */
  readonly target?: string;
  /** Headers in place of or beside the usual ones; undefined leaves one out. */
  readonly headers?: Record<string, string | undefined>;
  /** A connection to use: over TLS, on a Unix socket; default: a new one to the URL's host and port. */
  readonly conn?: Wire;
}

/** The part of a connection that a client needs. */
export type Wire = Pick<Deno.Conn, "read" | "write" | "close" | "closeWrite">;

/** The head of an answer and, of one that is no upgrade, its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * A WebSocket client on a bare connection: it can send what is wrong, leave without a word, and not
 * read. It answers neither pings nor close frames by itself.
 */
export class RawClient implements Disposable {
  readonly answer: Answer;
  readonly #conn: Wire;
  #buffer: Uint8Array<ArrayBuffer>;

  private constructor(conn: Wire, answer: Answer, rest: Uint8Array<ArrayBuffer>) {
    this.#conn = conn;
    this.answer = answer;
    this.#buffer = rest;
  }

  /** Connects, sends the request and reads the answer, whatever it is; closes what gives none. */
  static async request(url: string, options: HandshakeOptions = {}): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const conn = options.conn ?? await Deno.connect({
      hostname: hostname.replace(/[[\]]/g, ""),
      port: Number(port),
    });
    try {
      return await RawClient.#ask(conn, url, options);
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  static async #ask(conn: Wire, url: string, options: HandshakeOptions): Promise<RawClient> {
    const { pathname, search, host } = new URL(url);
    const { method = "GET", target = pathname + search, headers = {} } = options;
    const all: Record<string, string | undefined> = {
      Host: host,
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await writeAll(conn, `${method} ${target} HTTP/1.1\r\n${lines}\r\n`);

    let head = "";
    let rest = new Uint8Array();
    const chunk = new Uint8Array(65536);
    for (let end = -1; end < 0;) {
      const count = await conn.read(chunk);
      if (count === null) throw new Error(`The server hung up after: ${head}`);
      // Latin-1, so that a character is a byte.
      head += String.fromCharCode(...chunk.subarray(0, count));
      end = head.indexOf("\r\n\r\n");
      if (end < 0) continue;
      rest = Uint8Array.from(head.slice(end + 4), (char) => char.charCodeAt(0));
      head = head.slice(0, end);
    }
    const [first = "", ...fields] = head.split("\r\n");
    const status = Number(first.split(" ")[1]);
    const found = new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    }));
    const bodiless = status === 101 || method === "HEAD";
    const length = bodiless ? 0 : Number(found.get("content-length") ?? 0);
    const client = new RawClient(conn, { status, headers: found, body: "" }, rest);
    if (length === 0) return client;
    const body = decoder.decode(await client.#read(length));
    return new RawClient(conn, { status, headers: found, body }, rest);
  }

  /** Connects and expects the upgrade. */
  static async open(url: string, options: HandshakeOptions = {}): Promise<RawClient> {
    const client = await RawClient.request(url, options);
    if (client.answer.status === 101) return client;
    client[Symbol.dispose]();
    throw new Error(`No upgrade, but ${client.answer.status} ${client.answer.body}`);
  }

  /** Sends a message. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    await this.frame(typeof data === "string" ? 0x81 : 0x82, bytes);
  }

  /**
   * Sends messages until the server takes no more, which is no error here: a server of the runtime does
   * not read on after its close frame, and then resets the connection of a client that still sends.
   *
   * @returns How many were sent.
   */
  async flood(count: number, message: (index: number) => string | Uint8Array): Promise<number> {
    for (let index = 0; index < count; index++) {
      try {
        await this.send(message(index));
      } catch {
        return index;
      }
    }
    return count;
  }

  /** Sends a close frame. */
  async close(code = 1000, reason = ""): Promise<void> {
    const text = encoder.encode(reason);
    await this.frame(0x88, Uint8Array.of(code >> 8, code & 255, ...text));
  }

  /** Sends a frame with a first byte of one's own. */
  async frame(first: number, payload: Uint8Array): Promise<void> {
    await writeAll(this.#conn, frame(first, payload));
  }

  /** Sends bytes that need not be a frame. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#conn, bytes);
  }

  /** Sends no more, and may still read. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** The next message, ping, pong or end. */
  async next(): Promise<Received> {
    return await readFrame((length) => this.#read(length));
  }

  /** The next bytes, whatever frames they are of; fails where the connection ends before. */
  async raw(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#read(length);
    if (bytes) return bytes;
    throw new Error(`The connection ended before ${length} bytes`);
  }

  /** The text of the next message; fails on anything else. */
  async text(): Promise<string> {
    return textOf(await this.next());
  }

  /** Everything up to the end: the texts, and how it was closed, `CODE REASON`. */
  async rest(): Promise<{ texts: string[]; closed: string }> {
    const texts: string[] = [];
    for (;;) {
      const received = await this.next();
      if (received.kind === "text") texts.push(received.data);
      if (received.kind === "close") {
        return { texts, closed: `${received.code} ${received.reason}`.trimEnd() };
      }
    }
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // Dropped before.
    }
  }

  async #read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#buffer.length < length && !await this.#fill(length)) return undefined;
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Reads until there are so many bytes, and puts them together once; answers whether there are so many. */
  async #fill(length: number): Promise<boolean> {
    const parts = [this.#buffer];
    let size = this.#buffer.length;
    while (size < length) {
      const chunk = new Uint8Array(65536);
      const read = this.#conn.read(chunk).catch(() => null);
      const count = await inTime(read, () => `${length} bytes from the server`);
      if (count === null) break;
      parts.push(chunk.subarray(0, count));
      size += count;
    }
    this.#buffer = new Uint8Array(size);
    let offset = 0;
    for (const part of parts) {
      this.#buffer.set(part, offset);
      offset += part.length;
    }
    return size >= length;
  }
}
