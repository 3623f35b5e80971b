/** A server of a JWK Set that can change it, be slow, or answer anything else. */
export class KeySet implements AsyncDisposable {
  /** The answer from now on; default: no keys. */
  answer: () => Response | Promise<Response> = () => Response.json({ keys: [] });
  /** How often it was asked. */
  asked = 0;
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(keys: readonly unknown[] = []) {
    this.has(keys);
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      this.asked++;
      return this.answer();
    });
    this.url = `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  /** Has other keys from now on. */
  has(keys: readonly unknown[]): void {
    this.answer = () => Response.json({ keys });
  }

  /** Answers no more. */
  stop(): Promise<void> {
    return this.#server.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
