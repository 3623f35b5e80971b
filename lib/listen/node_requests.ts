import { type IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { HandshakeError, messageOf } from "../base/errors.ts";
import { type Associated, Log } from "../base/log.ts";
import { withoutToken } from "../base/query_token.ts";
import { type IncomingRequest, remoteOf } from "../base/request.ts";
import { headLog } from "../base/session_log.ts";
import { connectionOf } from "../connection/connection_of.ts";
import { heldBack, sayLimit } from "../connection/curb.ts";
import type { Ticket } from "../connection/ticket.ts";
import { zlibWorks } from "../connection/transport/deflate/zlib_works.ts";
import { NodeTransport } from "../connection/transport/node_transport.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import { AllTurns } from "./all_turns.ts";
import { answerBroken } from "./answer_broken.ts";
import { Early } from "./early.ts";
import { answer } from "./node_answer.ts";
import {
  comeIn,
  exchangeOf,
  exchangeOfUpgrade,
  hasBody,
  incomingOf,
  type NodeOrigin,
} from "./node_request.ts";
import { parseAgain, type ParseError, withTargetEncoded } from "./parse_again.ts";
import { readOn } from "./read_on.ts";
import { dropRuntimeSpan } from "./runtime_span.ts";
import { limitBody } from "./slow_body.ts";
import { switchProtocols } from "./switch_protocols.ts";
import type { Turns } from "./turns.ts";

const log = new Log();

const NOT_ADMITTED = "TLS handshake failed: the client's certificate is not admitted any more";

/** Answers what comes in at a server of `node:http`: requests, and requests for an upgrade. */
export class NodeRequests {
  readonly #dispatcher: Dispatcher;
  readonly #origin: NodeOrigin;
  readonly #turns = new AllTurns();
  /** Requests behind which nothing is read any more. */
  readonly #last = new WeakSet<IncomingMessage>();

  constructor(dispatcher: Dispatcher, origin: NodeOrigin) {
    this.#dispatcher = dispatcher;
    this.#origin = origin;
  }

  /** Knows the connections of a server, so that `close` ends them. */
  watch(server: Server): void {
    this.#turns.watch(server);
  }

  /** Ends connections when they have had the answers that they wait for. */
  close(): void {
    this.#turns.close();
  }

  /** Answers a request. Never rejects. */
  request(message: IncomingMessage, response: ServerResponse): Promise<void> {
    return guarded(message, () => this.#answer(message, response));
  }

  /** Carries out an upgrade, or answers what is none in spite of its `Upgrade` header. Never rejects. */
  upgrade(message: IncomingMessage, head: Uint8Array): Promise<void> {
    return guarded(message, () => this.#upgrade(message, head));
  }

  /**
   * Whether a request with an `Upgrade` header is to be taken from node:http, as only one for a WebSocket is: any
   * other protocol is ignored (RFC 9110 §7.8), and so are all of them in HTTP/1.0.
   */
  takes(message: IncomingMessage): boolean {
    const { method = "", httpVersion, socket } = message;
    const headers = sentIn(message);
    if (httpVersion !== "1.0" && this.#dispatcher.opens({ method, headers })) return true;
    if (!readOn(socket)) this.#last.add(message);
    return false;
  }

  /** Answers what could not be read as a request. */
  async broken(error: ParseError, socket: Socket): Promise<void> {
    const turns = this.#turns.of(socket);
    const bytes = withTargetEncoded(error);
    if (bytes && turns.whole) {
      turns.hold();
      if (!await turns.next()) return;
      turns.end();
      this.#turns.forget(socket);
      return parseAgain(socket, bytes);
    }
    const { host } = remoteOf(comeIn(socket, this.#origin).remoteAddr);
    await answerBroken(error, socket, turns, host);
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const turns = this.#turns.of(message.socket);
    if (!await turns.next(response)) return;
    dropRuntimeSpan(response);
    const incoming = this.#take(message, false);
    if (!incoming) return;
    const takeBodyTime = limitBody(message, response);
    const takeTime = () => {
      takeBodyTime();
      turns.takeTime();
    };
    if (this.#last.has(message)) response.shouldKeepAlive = false;
    const decision = incoming instanceof Response
      ? incoming
      : await this.#dispatcher.dispatch(incoming, exchangeOf(message, response, takeTime));
    if (decision instanceof Response) return await answer(decision, response);
    // It asks for an upgrade in a form that node:http does not know as one.
    decision.abandon();
    const error = new HandshakeError(400, "There is no upgrade in the Connection header");
    await answer(
      this.#dispatcher.refuse({ upgrades: true, log: (facts) => decision.log.with(facts) }, error),
      response,
    );
  }

  async #upgrade(message: IncomingMessage, head: Uint8Array): Promise<void> {
    const { socket } = message;
    // The server listens no more to a socket that it has handed over; an end without a word is one.
    socket.on("error", () => socket.destroy());
    const turns = this.#turns.of(socket);
    turns.adopt();
    const early = new Early(socket, head, () => turns.hold());
    if (!await turns.next()) return;
    const incoming = this.#take(message, true);
    const ticket = incoming && await this.#decide(incoming, message, turns);
    if (!ticket) return;
    turns.end();
    this.#turns.forget(socket);
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
      : await this.#dispatcher.dispatch(
        incoming,
        exchangeOf(message, respond(), () => turns.takeTime()),
      );
    if (!(decision instanceof Response)) {
      response?.detachSocket(message.socket);
      return decision;
    }
    await answer(decision, respond());
    // Nor is there a server that would close it.
    message.socket.destroySoon();
    return undefined;
  }

  #open(socket: Duplex, head: Uint8Array, ticket: Ticket): void {
    // Nobody is there any more.
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      return ticket.abandon();
    }
    const { request, headers } = ticket;
    const compression = ticket.compression && zlibWorks() ? ticket.compression : undefined;
    try {
      switchProtocols(
        socket,
        request.headers.get("sec-websocket-key") ?? "",
        compression ? [...headers, ["Sec-WebSocket-Extensions", compression.answer]] : headers,
      );
    } catch (error) {
      ticket.abandon();
      throw error;
    }
    const { maxFrameSize, pingMs, limits, meter, log, route } = ticket;
    const { floodLog } = this.#dispatcher;
    const transport = new NodeTransport(socket, {
      maxFrameSize,
      pingMs,
      compression,
      rates: limits,
      held: (limit) =>
        sayLimit({ meter, floodLog, log, route: route.path }, limit, heldBack(limit)),
    });
    transport.listen(connectionOf(transport, ticket, this.#dispatcher), head);
  }

  /** The request, or the answer to what is none; undefined where its client may not come in. */
  #take(message: IncomingMessage, upgrades: boolean): IncomingRequest | Response | undefined {
    const { authorities } = this.#origin;
    const { socket, url = "" } = message;
    if (authorities && !authorities.admit(socket as TLSSocket)) {
      // Most have failed in the handshake.
      this.#dispatcher.meter.tlsFailed();
      const remote = remoteOf(comeIn(socket, this.#origin).remoteAddr).host;
      log.with({ remote }).access("http", NOT_ADMITTED);
      socket.destroy();
      return undefined;
    }
    try {
      const incoming = incomingOf(message, this.#origin);
      if (upgrades && hasBody(message)) {
        throw new HandshakeError(400, "A request for an upgrade has a body");
      }
      const { httpVersion } = message;
      // RFC 9112 §3.2
      if (httpVersion === "1.1" && !incoming.headers.has("host")) {
        throw new HandshakeError(400, "There is no Host header");
      }
      // RFC 6455 §4.1; a proxy that speaks no later one would not pass on the answer.
      if (httpVersion === "1.0" && this.#dispatcher.opens(incoming)) {
        throw new HandshakeError(505, "A WebSocket needs HTTP/1.1, and this is HTTP/1.0");
      }
      this.#dispatcher.expectDescriptors();
      return incoming;
    } catch (error) {
      const { upgrade } = message.headers;
      const log = (facts: Associated) =>
        headLog(url, sentIn(message), comeIn(socket, this.#origin)).with(facts);
      return this.#dispatcher.refuse({ upgrades: /websocket/i.test(upgrade ?? ""), log }, error);
    }
  }
}

/** The headers of a request, without a look at whether all of them can be read. */
function sentIn({ headers }: IncomingMessage): Pick<Headers, "get"> {
  return { get: (name) => headers[name.toLowerCase()]?.toString() ?? null };
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
    log.with({ url: withoutToken(url) }).error("http", `Cannot answer: ${messageOf(error)}`);
    socket.destroy();
  }
}
