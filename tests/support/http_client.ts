import { Buffer } from "node:buffer";
import { writeAll } from "./bytes.ts";

/** The head of an answer. */
export interface HttpHead {
  readonly status: number;
  readonly headers: Headers;
}

/** An answer, and whether it came to its end. */
export interface HttpAnswer extends HttpHead {
  readonly body: string;
  readonly whole: boolean;
}

/**
 * An HTTP client on a bare TCP connection: it sends requests as they are written, reads answers piece by
 * piece, and tells one that broke off from one that ended.
 */
export class HttpClient implements Disposable {
  readonly #conn: Deno.Conn;
  /** What came and was not looked at, a character for each byte. */
  #rest = "";
  /** What came of the body behind that for which somebody waited. */
  #ahead = "";
  #framing: "chunked" | "none" | number = "none";

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects to a server by its URL. */
  static async connect(url: string): Promise<HttpClient> {
    const { hostname, port } = new URL(url);
    return new HttpClient(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Connects, sends one request and reads its answer. */
  static async ask(url: string, request: string): Promise<HttpAnswer> {
    using client = await HttpClient.connect(url);
    return await client.ask(request);
  }

  /** Sends a request, of which lines end with `\n` and a Host is added, and reads its answer. */
  async ask(request: string): Promise<HttpAnswer> {
    await this.send(request);
    const head = await this.head(request.startsWith("HEAD"));
    let body = "";
    for (let part; (part = await this.part()) !== "";) {
      if (part === undefined) return { ...head, body, whole: false };
      body += part;
    }
    return { ...head, body, whole: true };
  }

  /** Sends the head of a request, as `ask`, and what follows its empty line. */
  async send(request: string): Promise<void> {
    const [head = "", ...body] = request.split("\n\n");
    const lines = head.split("\n");
    lines[0] += " HTTP/1.1\r\nHost: example.com";
    await this.write(`${lines.join("\r\n")}\r\n\r\n${body.join("\n\n")}`);
  }

  /** Sends bytes. */
  async write(data: string | Uint8Array): Promise<void> {
    await writeAll(this.#conn, data);
  }

  /** The head of the next answer. */
  async head(bodiless = false): Promise<HttpHead> {
    const [first = "", ...fields] = (await this.#until("\r\n\r\n")).split("\r\n");
    const headers = new Headers();
    for (const field of fields) {
      const colon = field.indexOf(":");
      headers.append(field.slice(0, colon), field.slice(colon + 1).trim());
    }
    const status = Number(first.split(" ")[1]);
    const length = headers.get("content-length");
    if (bodiless || status === 204 || status === 304) this.#framing = "none";
    else if (headers.get("transfer-encoding") === "chunked") this.#framing = "chunked";
    else this.#framing = Number(length);
    return { status, headers };
  }

  /** More of the body, as it comes; empty at its end, undefined where the connection broke before. */
  async part(): Promise<string | undefined> {
    const ahead = this.#ahead;
    this.#ahead = "";
    if (ahead !== "") return ahead;
    if (this.#framing === "none" || this.#framing === 0) return "";
    try {
      if (this.#framing === "chunked") {
        const length = parseInt(await this.#until("\r\n"), 16);
        const chunk = await this.#take(length);
        await this.#take(2);
        if (length === 0) this.#framing = "none";
        return chunk;
      }
      if (this.#rest === "") await this.#read();
      const part = this.#rest.slice(0, this.#framing);
      this.#rest = this.#rest.slice(part.length);
      this.#framing -= part.length;
      return part;
    } catch {
      return undefined;
    }
  }

  /** The body up to a text, which it has to contain. */
  async until(text: string): Promise<string> {
    let body = "";
    while (!body.includes(text)) {
      const part = await this.part();
      if (!part) throw new Error(`No "${text}" in: ${body}`);
      body += part;
    }
    const end = body.indexOf(text) + text.length;
    this.#ahead = body.slice(end);
    return body.slice(0, end);
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // Dropped before.
    }
  }

  async #until(end: string): Promise<string> {
    while (!this.#rest.includes(end)) await this.#read();
    const at = this.#rest.indexOf(end);
    const text = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + end.length);
    return text;
  }

  async #take(count: number): Promise<string> {
    while (this.#rest.length < count) await this.#read();
    const text = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    return text;
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(65536);
    const count = await this.#conn.read(chunk);
    if (count === null) throw new Error(`The server hung up after: ${this.#rest}`);
    // Latin-1, so that a character is a byte.
    this.#rest += Buffer.from(chunk.buffer, 0, count).toString("latin1");
  }
}
