/** A proxy of TCP in front of a server, which cuts its connections when a test says so. */
export class CuttingProxy implements AsyncDisposable {
  /** As that of the server, but for the port. */
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  #target: Deno.ConnectOptions;
  readonly #pairs = new Set<readonly [Deno.TcpConn, Deno.TcpConn]>();
  readonly #running: Promise<void>;
  #passing = new Set<Promise<void>>();
  /** How many connections were made. */
  made = 0;
  /** Called with the number of bytes that have just passed. */
  onpass: ((count: number) => void) | undefined;
  /** Bytes from the server after which a connection that is made now is cut; default: none is. */
  cutAfter: (() => number) | undefined;
  /** Whether connections are cut as soon as they are made. */
  refuses = false;
  /** Whether nothing passes, while connections stay, until it is let through. */
  #stopped: PromiseWithResolvers<void> | undefined;

  constructor(target: string) {
    const url = new URL(target);
    this.#target = { hostname: url.hostname, port: Number(url.port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    url.port = String(this.#listener.addr.port);
    this.url = url.href;
    this.#running = this.#run();
  }

  /** Cuts all connections, without a word on either side. */
  cut(): void {
    for (const pair of this.#pairs) cut(pair);
    this.#pairs.clear();
  }

  /** Connects those who come from now on to another server. */
  lead(target: string): void {
    const url = new URL(target);
    this.#target = { hostname: url.hostname, port: Number(url.port) };
  }

  /** Lets nothing pass from now on, without a word on either side. */
  stop(): void {
    this.#stopped ??= Promise.withResolvers();
  }

  /** Lets through what has come, and what comes. */
  go(): void {
    this.#stopped?.resolve();
    this.#stopped = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    this.go();
    await this.#running;
    await Promise.all(this.#passing);
  }

  async #run(): Promise<void> {
    for await (const client of this.#listener) {
      const server = this.refuses ? undefined : await this.#connect();
      if (!server || this.refuses) {
        server?.close();
        client.close();
        continue;
      }
      this.made++;
      const pair = [client, server as Deno.TcpConn] as const;
      this.#pairs.add(pair);
      const most = this.cutAfter?.();
      for (const [from, to, left] of [pair, [pair[1], pair[0], most] as const]) {
        const passing = this.#pass(from, to, left).then(() => {
          this.#passing.delete(passing);
        });
        this.#passing.add(passing);
      }
    }
  }

  #connect(): Promise<Deno.Conn | undefined> {
    return Deno.connect(this.#target).catch(() => undefined);
  }

  async #pass(from: Deno.TcpConn, to: Deno.TcpConn, left = Infinity): Promise<void> {
    const chunk = new Uint8Array(16_384);
    try {
      for (let read; (read = await from.read(chunk)) !== null;) {
        await this.#stopped?.promise;
        const count = Math.min(read, left);
        for (let written = 0; written < count;) {
          written += await to.write(chunk.subarray(written, count));
        }
        this.onpass?.(count);
        left -= count;
        if (left === 0) return cut([from, to]);
      }
      await to.closeWrite();
    } catch {
      // It was cut.
    }
  }
}

function cut(pair: readonly Deno.TcpConn[]): void {
  for (const conn of pair) {
    try {
      conn.close();
    } catch {
      // Cut before.
    }
  }
}
