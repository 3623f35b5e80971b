import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { descriptors } from "../base/descriptors.ts";
import { HandshakeError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import { LiveConnection } from "../connection/live_connection.ts";
import type { Ticket } from "../connection/ticket.ts";
import { NodeTransport } from "../connection/transport/node_transport.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import { answerBroken } from "./answer_broken.ts";
import { Early } from "./early.ts";
import { answer } from "./node_answer.ts";
import {
  exchangeOf,
  exchangeOfUpgrade,
  hasBody,
  incomingOf,
  type NodeOrigin,
} from "./node_request.ts";
import { limitBody } from "./slow_body.ts";
import { switchProtocols } from "./switch_protocols.ts";
import { Turns } from "./turns.ts";

const log = new Log();

const NOT_ADMITTED = "TLS handshake failed: the client's certificate is not admitted any more";

/** Answers what comes in at a server of `node:http`: requests, and requests for an upgrade. */
export class NodeRequests {
  readonly #dispatcher: Dispatcher;
  readonly #origin: NodeOrigin;
  readonly #turns = new WeakMap<Duplex, Turns>();

  constructor(dispatcher: Dispatcher, origin: NodeOrigin) {
    this.#dispatcher = dispatcher;
    this.#origin = origin;
  }

  /** Answers a request. Never rejects. */
  request(message: IncomingMessage, response: ServerResponse): Promise<void> {
    return guarded(message, () => this.#answer(message, response));
  }

  /** Carries out an upgrade, or answers what is none in spite of its `Upgrade` header. Never rejects. */
  upgrade(message: IncomingMessage, head: Uint8Array): Promise<void> {
    return guarded(message, () => this.#upgrade(message, head));
  }

  /** Answers what could not be read as a request. */
  async broken(error: Error, socket: Socket): Promise<void> {
    await answerBroken(error, socket, this.#turnsOf(socket));
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!await this.#turnsOf(message.socket).next(response)) return;
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

  async #upgrade(message: IncomingMessage, head: Uint8Array): Promise<void> {
    const { socket } = message;
    // The server listens no more to a socket that it has handed over; an end without a word is one.
    socket.on("error", () => socket.destroy());
    const turns = this.#turnsOf(socket);
    turns.adopt();
    const early = new Early(socket, head, () => turns.hold());
    if (!await turns.next()) return;
    const incoming = this.#take(message, true);
    const ticket = incoming && await this.#decide(incoming, message, turns);
    if (!ticket) return;
    turns.end();
    this.#open(socket, early.end(), ticket);
  }

  /** Answers a request that is on a socket of its own, where it gets no ticket. */
  async #decide(
    incoming: IncomingRequest | Response,
    message: IncomingMessage,
    turns: Turns,
  ): Promise<Ticket | undefined> {
    let response: ServerResponse | undefined;
    // Most need none.
    const respond = () => {
      if (!response) turns.answer(response = responseOn(message));
      return response;
    };
    using exchange = exchangeOfUpgrade(message.socket);
    const decision = incoming instanceof Response
      ? incoming
      : this.#dispatcher.opens(incoming)
      ? await this.#dispatcher.dispatch(incoming, exchange)
      : await this.#dispatcher.dispatch(incoming, exchangeOf(message, respond()));
    if (!(decision instanceof Response)) {
      response?.detachSocket(message.socket);
      return decision;
    }
    await answer(decision, respond());
    // Nor is there a server that would close it.
    message.socket.destroySoon();
    return undefined;
  }

  #turnsOf(socket: Socket): Turns {
    let turns = this.#turns.get(socket);
    if (!turns) this.#turns.set(socket, turns = new Turns(socket));
    return turns;
  }

  #open(socket: Duplex, head: Uint8Array, ticket: Ticket): void {
    // Nobody is there any more.
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      return ticket.abandon();
    }
    const { request, headers } = ticket;
    try {
      switchProtocols(socket, request.headers.get("sec-websocket-key") ?? "", headers);
    } catch (error) {
      ticket.abandon();
      throw error;
    }
    const { maxFrameSize, pingMs } = ticket;
    const transport = new NodeTransport(socket, { maxFrameSize, pingMs });
    transport.listen(new LiveConnection(transport, ticket, this.#dispatcher), head);
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
      // RFC 9112 §3.2
      if (message.httpVersion === "1.1" && !incoming.headers.has("host")) {
        throw new HandshakeError(400, "There is no Host header");
      }
      if (descriptors.few) {
        const headers = { Connection: "close" };
        throw new HandshakeError(503, "The server has too few descriptors left", headers);
      }
      return incoming;
    } catch (error) {
      return this.#dispatcher.refuse(new Log({ url }), error);
    }
  }
}

function responseOn(message: IncomingMessage): ServerResponse {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(message.socket);
  return response;
}

/** Does some work; where that fails, it ends the one connection that it is about. */
async function guarded({ socket, url = "" }: IncomingMessage, work: () => Promise<void>) {
  try {
    await work();
  } catch (error) {
    log.with({ url }).error("http", `Cannot answer: ${messageOf(error)}`);
    socket.destroy();
  }
}
