import { shareTurn } from "../../../../lib/base/share_turn.ts";
import type { Batch, Connection, Handler, Session } from "../../../../lib/contract.ts";
import type { RouteOptions } from "../../../../lib/gate/route.ts";
import { serve, type Server } from "../../../../lib/serve.ts";
import { CapturedLog } from "../../../base/captured_log.ts";
import { JoinedServers } from "../../../gate/relay/joined_servers.ts";
import { type HandshakeOptions, RawClient } from "../../../support/client.ts";
import { RawSession } from "../../../support/raw_session.ts";
import { Peer } from "./peer.ts";

/** What carries messages between a client and its connection. */
export interface Way {
  readonly name: string;
  readonly engine: "node" | "native";
  /** The place of the connection; default: the server where its client is. */
  readonly at?: "another server" | "another server, in a session";
}

/** All of them. */
export const WAYS: readonly Way[] = (["node", "native"] as const).flatMap((engine): Way[] => [
  { name: engine, engine },
  ...(["another server", "another server, in a session"] as const).map((at) => ({
    name: `${engine}, served at ${at}`,
    engine,
    at,
  })),
]);

/** Those whose connection ends with its transport. */
export const PLAIN: readonly Way[] = WAYS.filter(({ at }) => !at?.endsWith("session"));

/** Defines a test for each of them. */
export function each(
  name: string,
  test: (way: Way) => Promise<void>,
  ways: readonly Way[] = WAYS,
): void {
  for (const way of ways) {
    Deno.test(`A transport ${name} [${way.name}]`, async () => {
      using _log = new CapturedLog();
      await test(way);
    });
  }
}

/** Whether it has fragments: a session numbers its messages, so that each is whole. */
export const hasParts = ({ engine, at }: Way): boolean =>
  engine === "node" && !at?.endsWith("session");

/** What a connection does; and what it was told is remembered. */
type Open = (connection: Connection) => Session | void;

/** A server that serves a handler of a test, or two, of which one has the clients, and the other one serves them. */
export class Serving implements AsyncDisposable {
  /** What its connections were told, in order. */
  readonly told: string[] = [];
  /** Handed to the handler before it decides. */
  decide: (left: AbortSignal) => Promise<void> = () => Promise.resolve();
  readonly #wakes = new Set<() => void>();
  #connection: PromiseWithResolvers<Connection> = Promise.withResolvers();
  readonly #stack = new AsyncDisposableStack();
  #url = "";
  #first = "";

  private constructor() {}

  /** @param open What the handler does. */
  static async start(way: Way, open: Open, options: RouteOptions = {}): Promise<Serving> {
    const serving = new Serving();
    const isSession = way.at?.endsWith("session") ?? false;
    const route = (handler: Handler) => [
      { path: "/s", http: true, ...options, ...isSession ? { resume: 60_000 } : {}, handler },
    ];
    if (way.at) {
      const { engine } = way;
      const routes = () => route(serving.#handler(open, !isSession));
      const servers = serving.#stack.use(await JoinedServers.start(2, routes, { engine }));
      serving.#url = `${servers.url(1)}s`;
      serving.#first = `${servers.url(0)}s`;
    } else {
      const server: Server = await serve({
        port: 0,
        addresses: ["127.0.0.1"],
        engine: way.engine,
        routes: route(serving.#handler(open, false)),
      });
      serving.#stack.defer(async () => {
        await server.shutdown();
        // The timer of a rest is nobody's after this.
        await shareTurn(performance.now());
      });
      serving.#url = `${server.addresses[0]}s`;
    }
    // Who comes first is where it is served.
    if (way.at && !isSession) {
      using first = await RawClient.open(`${serving.#first}?first`);
      await first.close();
      await first.rest();
    }
    return serving;
  }

  get http(): string {
    return this.#url.replace("ws:", "http:");
  }

  /** The connection of the next client. */
  get connection(): Promise<Connection> {
    return this.#connection.promise;
  }

  /** A client, and its connection. */
  async open(way: Way, handshake: HandshakeOptions = {}): Promise<[Peer, Connection]> {
    const client = way.at?.endsWith("session")
      ? await this.#inSession(handshake)
      : await RawClient.open(this.#url, handshake);
    const connection = await this.connection;
    this.#connection = Promise.withResolvers();
    return [new Peer(client), connection];
  }

  async #inSession(handshake: HandshakeOptions): Promise<RawClient> {
    using begun = await RawSession.begin(this.#first, handshake);
    return (await RawSession.back(this.#url, begun.id, 0, handshake)).client;
  }

  #handler(open: Open, isSole: boolean): Handler {
    return {
      ...isSole &&
        { sole: { key: "a", isAhead: false, hold() {}, revoke: () => Promise.resolve() } },
      accept: async ({ query }, { left }) => {
        const isFirst = query === "first";
        if (!isFirst) await this.decide(left);
        return { open: (connection) => isFirst ? {} : this.#session(connection, open) };
      },
    };
  }

  #session(connection: Connection, open: Open): Session {
    const session = open(connection) ?? {};
    this.#connection.resolve(connection);
    return {
      ...session,
      batch: (batch: Batch) => {
        for (const message of batch) {
          this.#tell(message.length > 1000 ? `${message.length} long` : `${message}`);
          session.message?.(message);
        }
      },
      close: (code, reason) => this.#tell(`close ${code} ${reason}`.trimEnd()),
    };
  }

  #tell(words: string): void {
    this.told.push(words);
    for (const wake of this.#wakes) wake();
  }

  /** Resolves when so much was told. */
  async until(count: number): Promise<string[]> {
    while (this.told.length < count) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wakes.delete(wake);
          resolve();
        };
        this.#wakes.add(wake);
      });
    }
    return this.told;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
