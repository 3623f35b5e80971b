import { freePort } from "../free_port.ts";
import { startHaproxy } from "../haproxy.ts";
import { Nginx } from "../nginx.ts";
import { type StartOptions, TestServer } from "../server.ts";

/** What stands before the servers. */
export type Front = "haproxy" | "nginx";

/** How a cluster is started. */
export interface ClusterOptions {
  /** How many servers. */
  readonly servers: number;
  readonly front: Front;
  /** The words of each, beside where it listens. */
  readonly args: (index: number) => readonly string[];
  readonly start?: StartOptions;
}

/** Several servers behind a real balancer, each of which can be killed, stopped and started again where it was. */
export class Cluster implements AsyncDisposable {
  /** Where the balancer listens, `ws://127.0.0.1:PORT`. */
  readonly url: string;
  readonly #options: ClusterOptions;
  readonly #servers: TestServer[];
  readonly #front: AsyncDisposable;
  readonly #stopped = new Set<number>();
  readonly #owned: AsyncDisposable[] = [];

  private constructor(
    url: string,
    options: ClusterOptions,
    servers: TestServer[],
    front: AsyncDisposable,
  ) {
    this.url = url;
    this.#options = options;
    this.#servers = servers;
    this.#front = front;
  }

  /** Starts all, and waits until they take connections. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    await using starting = new AsyncDisposableStack();
    const servers: TestServer[] = [];
    for (let index = 0; index < options.servers; index++) {
      servers.push(starting.use(await startAt(options, index, freePort())));
    }
    const [url, front] = await FRONTS[options.front](servers.map(({ port }) => port));
    starting.move();
    return new Cluster(url, options, servers, front);
  }

  /** How many servers. */
  get size(): number {
    return this.#servers.length;
  }

  /** One of the servers. */
  server(index: number): TestServer {
    const server = this.#servers[index];
    if (!server) throw new RangeError(`There is no server ${index}`);
    return server;
  }

  /** Kills a server, which says nothing to anybody then. */
  async kill(index: number): Promise<void> {
    await this.server(index).stop("SIGKILL");
  }

  /** Starts another one in place of one that has ended. */
  async restart(index: number): Promise<void> {
    this.#servers[index] = await startAt(this.#options, index, this.server(index).port);
  }

  /** Has a server do nothing, until `go`. */
  halt(index: number): void {
    this.#stopped.add(index);
    this.server(index).child.kill("SIGSTOP");
  }

  /** Has it go on. */
  go(index: number): void {
    if (this.#stopped.delete(index)) this.server(index).child.kill("SIGCONT");
  }

  /** Ends something with it, after the servers. */
  owns(more: AsyncDisposable): void {
    this.#owned.push(more);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const index of [...this.#stopped]) this.go(index);
    await this.#front[Symbol.asyncDispose]();
    await Promise.all(this.#servers.map((server) => server.stop()));
    for (const owned of this.#owned) await owned[Symbol.asyncDispose]();
  }
}

function startAt({ args, start = {} }: ClusterOptions, index: number, port: number) {
  const where = [`--port=${port}`, "--address=127.0.0.1"];
  return TestServer.startAt([...where, ...args(index)], start);
}

const FRONTS: Record<Front, (ports: readonly number[]) => Promise<[string, AsyncDisposable]>> = {
  async haproxy(ports) {
    const port = freePort();
    // One that is stopped still has its connections made by the system: only an answer says that it is there.
    const servers = ports.map((each, index) =>
      `  server s${index} 127.0.0.1:${each} check inter 200ms fall 2 rise 1`
    );
    const proxy = await startHaproxy(`
listen servers
  mode http
  bind 127.0.0.1:${port}
  timeout tunnel 1h
  timeout check 2s
  balance roundrobin
  retries 5
  option redispatch 1
  option httpchk GET /_stdws/client.js
${servers.join("\n")}
`);
    return [`ws://127.0.0.1:${port}`, proxy];
  },
  async nginx(ports) {
    const port = freePort();
    const servers = ports.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`);
    const nginx = await Nginx.serve(
      `upstream servers { ${servers.join(" ")} }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_read_timeout 1h;
      proxy_next_upstream error timeout;
    }
  }`,
      port,
    );
    return [`ws://127.0.0.1:${port}`, nginx];
  },
};
