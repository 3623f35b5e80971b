import { setTimeout as sleep } from "node:timers/promises";

/** How slowly bytes go one way of a connection: as fast as they can, but for what is said. */
export interface Slowness {
  /** Milliseconds that each is under way. */
  readonly latency?: number;
  /** Milliseconds more, by chance; no byte overtakes another. */
  readonly jitter?: number;
  /** Bytes in a second. */
  readonly rate?: number;
}

/** A way of a connection: to the server, or from it. */
export type Way = "up" | "down";

/** A connection, and the one to the server that belongs to it. */
interface Pair {
  readonly conns: readonly [client: Deno.TcpConn, server: Deno.TcpConn];
  /** Aborts when it is cut. */
  readonly over: AbortController;
  isSilenced: boolean;
}

// Bytes that are under way at most where that takes time.
const MAX_UNDER_WAY = 4 * 1024 * 1024;

const latin1 = new TextDecoder("latin1");

/** A proxy of TCP in front of a server, which cuts its connections, or slows them down, when a test says so. */
export class CuttingProxy implements AsyncDisposable {
  /** As that of the server, but for the port. */
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  #target: Deno.ConnectOptions;
  readonly #pairs = new Set<Pair>();
  readonly #slowness: Record<Way, Slowness> = { up: {}, down: {} };
  readonly #running: Promise<void>;
  readonly #passing = new Set<Promise<void>>();
  #silenced: string | undefined;
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

  /** Cuts all connections, without a word on either side: what is under way is lost. */
  cut(): void {
    for (const pair of this.#pairs) cut(pair);
    this.#pairs.clear();
  }

  /** Slows down what comes from now on, on the connections that there are as well; default: both ways. */
  slow(slowness: Slowness, ...ways: Way[]): void {
    for (const way of ways.length > 0 ? ways : ["up", "down"] as const) {
      this.#slowness[way] = slowness;
    }
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

  /** Loses everything from now on, both ways, on each connection on which somebody says this, for good. */
  silence(words: string): void {
    this.#silenced = words;
  }

  /** Lets through what has come, and what comes. */
  go(): void {
    this.#silenced = undefined;
    this.#stopped?.resolve();
    this.#stopped = undefined;
  }

  /** Resolves when the connections that there are now have ended, and all that was said on them has arrived. */
  async ended(): Promise<void> {
    await Promise.all(this.#passing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    // Also one that is being made, which nobody would cut any more.
    this.refuses = true;
    this.cut();
    this.go();
    await this.#running;
    // One may have been connected meanwhile.
    this.cut();
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
      const pair: Pair = {
        conns: [client, server as Deno.TcpConn],
        over: new AbortController(),
        isSilenced: false,
      };
      this.#pairs.add(pair);
      const most = this.cutAfter?.();
      for (const [way, left] of [["up", Infinity], ["down", most]] as const) {
        const passing = this.#pass(pair, way, left).then(() => {
          this.#passing.delete(passing);
        });
        this.#passing.add(passing);
      }
    }
  }

  #connect(): Promise<Deno.Conn | undefined> {
    return Deno.connect(this.#target).catch(() => undefined);
  }

  async #pass(pair: Pair, way: Way, left = Infinity): Promise<void> {
    const [client, server] = pair.conns;
    const [from, to] = way === "up" ? [client, server] : [server, client];
    const chunk = new Uint8Array(16_384);
    // What was read before is written before; at its time.
    let [written, due, underWay, isReset] = [Promise.resolve(), 0, 0, false];
    const read = () =>
      from.read(chunk).catch((error) => {
        isReset = true;
        throw error;
      });
    const put = (bytes: Uint8Array, at: number) => {
      underWay += bytes.length;
      written = written.then(async () => {
        const wait = at - performance.now();
        if (wait > 0) await sleep(wait, undefined, { signal: pair.over.signal });
        await this.#stopped?.promise;
        for (let start = 0; start < bytes.length;) start += await to.write(bytes.subarray(start));
        underWay -= bytes.length;
        this.onpass?.(bytes.length);
      });
      // It is seen below.
      written.catch(() => {});
    };
    try {
      for (let length; left > 0 && (length = await read()) !== null;) {
        const count = Math.min(length, left);
        left -= count;
        if (this.#silenced !== undefined && way === "up") {
          pair.isSilenced ||= latin1.decode(chunk.subarray(0, count)).includes(this.#silenced);
        }
        if (pair.isSilenced) continue;
        const { latency = 0, jitter = 0, rate = Infinity } = this.#slowness[way];
        const piece = Math.max(1, Math.min(count, Math.floor(rate / 20)));
        for (let start = 0; start < count; start += piece) {
          const bytes = chunk.slice(start, Math.min(count, start + piece));
          const arrives = performance.now() + latency + Math.random() * jitter;
          due = Math.max(due, arrives) + 1_000 * bytes.length / rate;
          put(bytes, due);
          if (latency + jitter === 0 || rate < Infinity || underWay > MAX_UNDER_WAY) await written;
        }
      }
      await written;
      if (left === 0) cut(pair);
      else await to.closeWrite();
    } catch {
      // It was cut, or somebody is gone; what that one has sent arrives nevertheless.
      await written.catch(() => {});
      if (way === "up" || isReset) close(to);
    }
  }
}

function cut({ conns, over }: Pair): void {
  over.abort();
  conns.forEach(close);
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed before.
  }
}
