/**
 * A way to a server that can be cut as if a cable were: from then on nothing goes through it in either direction,
 * and nobody is told. Disposing it closes what is left.
 */
export class Vanishing implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.Conn[] = [];
  readonly #port: number;
  #cut = false;
  /** A client connects here. */
  readonly url: string;

  /** @param url Of the server. */
  constructor(url: string) {
    this.#port = Number(new URL(url).port);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = url.replace(`:${this.#port}`, `:${this.#listener.addr.port}`);
    this.#accept().catch(() => {});
  }

  /** Nothing goes through any more. */
  vanish(): void {
    this.#cut = true;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#conns.push(client, server);
      this.#carry(client, server).catch(() => {});
      this.#carry(server, client).catch(() => {});
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const chunk = new Uint8Array(65536);
    for (;;) {
      const count = await from.read(chunk);
      if (count === null || this.#cut) return;
      for (let sent = 0; sent < count && !this.#cut;) {
        sent += await to.write(chunk.subarray(sent, count));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
  }
}
