import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { WebSocketServer } from "ws";
import { HandshakeError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Exchange } from "../contract.ts";
import type { Header, Ticket } from "../connection/ticket.ts";
import type { Dispatcher } from "../socket/dispatch.ts";
import { answer } from "./node_answer.ts";
import { exchangeOf, hasBody, incomingOf, type NodeOrigin } from "./node_request.ts";
import { NodeSocket } from "./node_socket.ts";
import { limitBody } from "./slow_body.ts";

const log = new Log();

const NOT_ADMITTED = "TLS handshake failed: the client's certificate is not admitted any more";

// ws would drop a connection that is closing after 30 s, also while the client still reads what was sent
// before: NodeSocket looks whether it does.
const NO_TIMEOUT = 2 ** 31 - 1;

/** What comes in at a server of `node:http`: requests, and requests for an upgrade. */
export class NodeRequests {
  readonly #dispatcher: Dispatcher;
  readonly #origin: NodeOrigin;
  /** By the size of a message that they take. */
  readonly #sockets = new Map<number, WebSocketServer>();
  /** What is answered to an upgrade, until ws has asked for it. */
  readonly #headers = new WeakMap<IncomingMessage, readonly Header[]>();

  constructor(dispatcher: Dispatcher, origin: NodeOrigin) {
    this.#dispatcher = dispatcher;
    this.#origin = origin;
  }

  /** Answers a request. */
  async request(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = this.#take(message, false);
    if (!incoming) return;
    limitBody(message, response);
    const decision = incoming instanceof Response
      ? incoming
      : await this.#dispatcher.dispatch(incoming, exchangeOf(message, response));
    if (decision instanceof Response) return await answer(decision, response);
    // It asks for an upgrade in a form that node:http does not know as one.
    decision.abandon();
    await answer(plain(400), response);
  }

  /** Carries out an upgrade, or answers what is none in spite of its `Upgrade` header. */
  async upgrade(message: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    const incoming = this.#take(message, true);
    if (!incoming) return;
    // The server listens no more to a socket that it has handed over; an end without a word is one.
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(message);
    response.shouldKeepAlive = false;
    response.assignSocket(message.socket);
    const decision = incoming instanceof Response
      ? incoming
      : await this.#dispatcher.dispatch(incoming, this.#exchange(incoming, message, response));
    if (decision instanceof Response) {
      await answer(decision, response);
      // Nor is there a server that would close it.
      return message.socket.destroySoon();
    }
    response.detachSocket(message.socket);
    this.#open(message, socket, head, decision);
  }

  #exchange(
    incoming: IncomingRequest,
    message: IncomingMessage,
    response: ServerResponse,
  ): Exchange {
    if (!this.#dispatcher.opens(incoming)) {
      // Nobody reads any more from this client; that it leaves would not be seen.
      message.socket.once("end", () => message.socket.destroy());
      message.socket.resume();
    }
    return exchangeOf(message, response);
  }

  #open(message: IncomingMessage, socket: Duplex, head: Uint8Array, ticket: Ticket): void {
    let opened = false;
    this.#headers.set(message, ticket.headers);
    this.#socketsOf(ticket.maxFrameSize).handleUpgrade(message, socket, head, (webSocket) => {
      opened = true;
      new NodeSocket(webSocket, socket, ticket, this.#dispatcher);
    });
    // The client has left, or ws has answered with a refusal.
    if (!opened) ticket.abandon();
  }

  #socketsOf(maxPayload: number): WebSocketServer {
    const known = this.#sockets.get(maxPayload);
    if (known) return known;
    const sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
      closeTimeout: NO_TIMEOUT,
      // The ticket has chosen one, and its header is among the ticket's.
      handleProtocols: () => false,
    });
    sockets.on("headers", (lines, message) => {
      for (const [name, value] of this.#headers.get(message) ?? []) lines.push(`${name}: ${value}`);
    });
    this.#sockets.set(maxPayload, sockets);
    return sockets;
  }

  /** The request, or the answer to what is none; undefined where its client may not come in. */
  #take(message: IncomingMessage, upgrades: boolean): IncomingRequest | Response | undefined {
    const { authorities } = this.#origin;
    const { socket, url = "" } = message;
    if (authorities && !authorities.admit(socket as TLSSocket)) {
      // Most have failed in the handshake.
      log.with({ remote: socket.remoteAddress ?? "" }).access("http", NOT_ADMITTED);
      socket.destroy();
      return undefined;
    }
    try {
      const incoming = incomingOf(message, this.#origin);
      if (upgrades && hasBody(message)) {
        throw new HandshakeError(400, "A request for an upgrade has a body");
      }
      return incoming;
    } catch (error) {
      return this.#dispatcher.refuse(new Log({ url }), error);
    }
  }
}
