const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A server that answers one handshake when it is told to, and reads what follows when it is told to. */
export class StalledPeer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #conn: Deno.Conn | undefined;

  /** `ws://127.0.0.1:PORT/` */
  get url(): string {
    return `ws://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/`;
  }

  /** Waits for the handshake and answers it; until then, the browser connects. */
  async answer(): Promise<void> {
    this.#conn = await this.#listener.accept();
    let head = "";
    const chunk = new Uint8Array(4096);
    while (!head.includes("\r\n\r\n")) {
      head += decoder.decode(chunk.subarray(0, await this.#conn.read(chunk) ?? 0));
    }
    const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? "";
    const text = encoder.encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", text));
    await this.#conn.write(encoder.encode(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${digest.toBase64()}\r\n\r\n`,
    ));
  }

  /** Reads so many bytes. */
  async read(bytes: number): Promise<void> {
    const chunk = new Uint8Array(65_536);
    for (let read = 0; read < bytes;) read += await this.#conn?.read(chunk) ?? Infinity;
  }

  /** Drops the connection without a word. */
  drop(): void {
    this.#conn?.close();
    this.#conn = undefined;
  }

  [Symbol.dispose](): void {
    this.drop();
    this.#listener.close();
  }
}
