/** A server that another one asks who may come in. */
export class DecidingServer implements AsyncDisposable {
  readonly url: string;
  /** The method and the headers of the last question. */
  method = "";
  headers: Record<string, string> = {};
  /** The ports of those who have asked: of each connection one. */
  readonly ports = new Set<number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param answer Decides. */
  constructor(answer: (request: Request) => Response | Promise<Response>) {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, (request, { remoteAddr }) => {
      this.method = request.method;
      this.headers = Object.fromEntries(request.headers);
      this.ports.add(remoteAddr.port);
      return answer(request);
    });
    this.url = `http://127.0.0.1:${this.#server.addr.port}/verify`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}
