/** A TCP service on this machine that sends back what it gets; disposing it ends its connections as well. */
export class TcpEcho implements AsyncDisposable {
  readonly address: string;
  readonly #listener: Deno.TcpListener;
  readonly #conns = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;

  private constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
    this.address = `127.0.0.1:${listener.addr.port}`;
    this.#serving = this.#serve();
  }

  /** Listens on a free port. */
  static listen(): TcpEcho {
    return new TcpEcho(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) {
      this.#conns.add(conn);
      // Whoever hangs up does so in the middle of it.
      conn.readable.pipeTo(conn.writable).catch(() => {}).finally(() => this.#conns.delete(conn));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // Ended meanwhile.
      }
    }
  }
}
