/** A connection as its server has it, in the hands of a test. */
export interface PeerConnection {
  readonly socket: WebSocket;
  /** Path and query as the browser asked for them. */
  readonly target: string;
  /** The subprotocols as the browser offered them. */
  readonly offered: string;
  /** Resolves at the end: `CODE REASON`. */
  readonly closed: Promise<string>;
}

/** A WebSocket server that does what a test says, connection by connection. */
export class Peer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #connections: PeerConnection[] = [];
  #arrival = Promise.withResolvers<void>();
  #taken = 0;

  /** Listens; the subprotocol is the last one of those that are offered. */
  constructor(port = 0) {
    const options = { hostname: "127.0.0.1", port, onListen() {} };
    this.#server = Deno.serve(options, (request) => {
      const { pathname, search } = new URL(request.url);
      const offered = request.headers.get("sec-websocket-protocol") ?? "";
      const protocol = offered.split(", ").at(-1);
      const { socket, response } = Deno.upgradeWebSocket(request, protocol ? { protocol } : {});
      const { promise, resolve } = Promise.withResolvers<string>();
      socket.onclose = ({ code, reason }) => resolve(`${code} ${reason}`.trimEnd());
      socket.onopen = () => {
        this.#connections.push({ socket, target: pathname + search, offered, closed: promise });
        this.#arrival.resolve();
        this.#arrival = Promise.withResolvers();
      };
      return response;
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** `ws://127.0.0.1:PORT/` */
  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** The next connection that is open. */
  async next(): Promise<PeerConnection> {
    while (this.#taken >= this.#connections.length) await this.#arrival.promise;
    return this.#connections[this.#taken++] as PeerConnection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#connections) socket.close();
    await Promise.all(this.#connections.map(({ closed }) => closed));
    await this.#server.shutdown();
  }
}
