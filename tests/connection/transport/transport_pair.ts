import { shareTurn } from "../../../lib/base/share_turn.ts";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Batch } from "../../../lib/base/batch.ts";
import { NodeTransport } from "../../../lib/connection/transport/node_transport.ts";
import type { NodeTransportOptions } from "../../../lib/connection/transport/node_transport_options.ts";
import type { TransportEvents } from "../../../lib/contract.ts";
import { switchProtocols } from "../../../lib/listen/switch_protocols.ts";
import { RawClient } from "../../support/client.ts";

/** What a transport tells its connection, in words. */
export class Told implements TransportEvents {
  readonly all: string[] = [];
  /** Bytes of all messages. */
  bytes = 0;
  readonly #react: (told: string) => void;
  #waiting: { words: string; resolve: () => void } | undefined;

  /** @param react What the connection does then. */
  constructor(react: (told: string) => void = () => {}) {
    this.#react = react;
  }

  /** Resolves when something was told. */
  until(words: string): Promise<void> {
    if (this.all.includes(words)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting = { words, resolve });
  }

  opened(): void {
    this.#tell("opened");
  }

  received(batch: Batch): void {
    this.bytes += batch.length;
    const shown = batch.length > 40 ? [`${batch.length} bytes`] : [...batch].map(String);
    this.#tell(`received ${shown.join(", ")}`);
  }

  tooLarge(): void {
    this.#tell("tooLarge");
  }

  failed(message: string): void {
    this.#tell(`failed: ${message}`);
  }

  lost(bytes: number): void {
    this.#tell(`lost ${bytes}`);
  }

  closing(code: number, reason: string): void {
    this.#tell(`closing ${code} ${reason}`.trimEnd());
  }

  end(code: number, reason: string): void {
    this.#tell(`end ${code} ${reason}`);
  }

  closed(code: number, reason: string): void {
    this.#tell(`closed ${code} ${reason}`.trimEnd());
  }

  #tell(words: string): void {
    this.all.push(words);
    this.#react(words);
    if (this.#waiting?.words === words) this.#waiting.resolve();
  }
}

// No test has what it waits for only because somebody was dropped at last.
const OPTIONS = { maxFrameSize: 1000, pingMs: 0, closeTimeout: 600_000 };

/** A transport and its client, over a real connection. */
export class TransportPair implements AsyncDisposable {
  readonly transport: NodeTransport;
  readonly told: Told;
  readonly client: RawClient;
  readonly socket: Socket;
  readonly #server: Server;

  private constructor(
    parts: Pick<TransportPair, "transport" | "told" | "client" | "socket">,
    server: Server,
  ) {
    this.transport = parts.transport;
    this.told = parts.told;
    this.client = parts.client;
    this.socket = parts.socket;
    this.#server = server;
  }

  /** @param react What the connection does when it is told something. */
  static async open(
    options: Partial<NodeTransportOptions> = {},
    react: (told: string, transport: NodeTransport) => void = () => {},
  ): Promise<TransportPair> {
    const server = createServer();
    const opening = Promise.withResolvers<Pick<TransportPair, "transport" | "told" | "socket">>();
    server.on("upgrade", (request, stream, head) => {
      const socket = stream as Socket;
      switchProtocols(socket, request.headers["sec-websocket-key"] ?? "", []);
      const transport = new NodeTransport(socket, { ...OPTIONS, ...options });
      const told = new Told((words) => react(words, transport));
      transport.listen(told, head);
      opening.resolve({ transport, told, socket });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = await RawClient.open(
      `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    );
    return new TransportPair({ ...await opening.promise, client }, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    this.socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
    // The timer of a rest is nobody's after this.
    await shareTurn(performance.now());
  }
}
