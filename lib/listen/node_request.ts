import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { HandshakeError, messageOf } from "../base/errors.ts";
import { type IncomingRequest, remoteOf, type RequestOrigin, snapshot } from "../base/request.ts";
import type { Exchange } from "../contract.ts";
import type { Brought } from "../gate/brought.ts";
import type { Forwarding } from "../gate/proxy/forwarding.ts";
import type { Authorities } from "./authorities.ts";
import { isNobody, resetRefusal } from "./nobody.ts";
import type { Preambles } from "./proxy_protocol/preambles.ts";

/** The listener that a request came in at. */
export interface NodeOrigin {
  readonly secure: boolean;
  /** Of which every client has shown a certificate; undefined where it need not. */
  readonly authorities: Authorities | undefined;
  /** Reads the subject of a client's certificate; there where there are authorities. */
  readonly subjectOf: ((certificate: Uint8Array) => string) | undefined;
  /** Whether it is a Unix socket. */
  readonly unix: boolean;
  /** Finds what proxies say in requests; undefined where nobody is believed. */
  readonly forwarding?: Forwarding | undefined;
  /** The word of proxies in front of requests; undefined where they need not. */
  readonly preambles?: Preambles | undefined;
}

/**
 * Takes the snapshot of a request.
 *
 * @throws {HandshakeError} If it cannot be understood (400).
 */
export function incomingOf(message: IncomingMessage, origin: NodeOrigin): IncomingRequest {
  const { socket, method = "", url = "" } = message;
  const head = { method, target: url, headers: headersOf(message) };
  const { subjectOf } = origin;
  const from = comeIn(socket, origin);
  // Of whom a proxy has said who it is, the proxy was there.
  if (!from.proxy && isNobody(from.remoteAddr)) throw resetRefusal();
  if (!subjectOf) return snapshot(head, from);
  const { raw } = (socket as TLSSocket).getPeerCertificate();
  return snapshot(head, { ...from, subject: subjectOf(raw) });
}

/** Where the requests of a connection come in. */
export function comeIn(socket: Socket, origin: NodeOrigin): RequestOrigin {
  const { secure, forwarding, preambles } = origin;
  const said = preambles?.of(socket);
  const remoteAddr = said?.source ?? peerOf(socket, origin);
  if (!said) return { remoteAddr, secure, forwarding };
  // Behind a proxy that passes TLS on, there is none to the proxy.
  const scheme = said.secure ? "https" : said.secure === false && !secure ? "http" : undefined;
  return {
    remoteAddr,
    secure,
    proxy: { remote: remoteOf(peerOf(socket, origin)), scheme },
    // Whoever is none of the proxies may write into requests what it likes.
    forwarding: said.source && "port" in said.source ? forwarding : undefined,
  };
}

/** The address of a peer, as `Deno.serve` names it. */
export function peerOf(socket: Socket, { unix }: Pick<NodeOrigin, "unix">): Deno.Addr {
  if (unix) return { transport: "unix", path: "" };
  // Both are gone where the client is.
  return {
    transport: "tcp",
    hostname: socket.remoteAddress ?? "",
    port: socket.remotePort ?? 0,
  };
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  try {
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      const value = rawHeaders[index + 1] as string;
      // As the runtime joins them on the native engine (RFC 9113 §8.2.3), and not with a comma.
      const before = name.toLowerCase() === "cookie" ? headers.get(name) : null;
      if (before === null) headers.append(name, value);
      else headers.set(name, `${before}; ${value}`);
    }
  } catch (error) {
    throw new HandshakeError(400, messageOf(error));
  }
  return headers;
}

/**
 * The parts of a request beside its head.
 *
 * @param takeTime Lets its client take its time, with its body and with the answer; default: it may anyway.
 */
export function exchangeOf(
  message: IncomingMessage,
  response: ServerResponse,
  takeTime?: () => void,
): Brought {
  let body: ReadableStream<Uint8Array> | null | undefined;
  let left: AbortController | undefined;
  return {
    get body() {
      return body ??= hasBody(message) ? bodyOf(message) : null;
    },
    get left() {
      if (left) return left.signal;
      const controller = left = new AbortController();
      const look = () => {
        if (!response.writableFinished) controller.abort();
      };
      if (response.closed) look();
      else response.once("close", look);
      return controller.signal;
    },
    finished(then) {
      if (response.closed) then();
      else response.once("close", then);
    },
    takeTime: () => takeTime?.(),
  };
}

/** The parts of a request that wants nothing but a WebSocket, until it is decided; its socket has to be read. */
export function exchangeOfUpgrade(socket: Socket): Exchange & Disposable {
  let left: AbortController | undefined;
  const leave = () => left?.abort();
  return {
    body: null,
    get left() {
      if (left) return left.signal;
      left = new AbortController();
      // Whoever sends no more can be no client of a WebSocket.
      if (socket.destroyed || socket.readableEnded) leave();
      else socket.once("end", leave).once("close", leave);
      return left.signal;
    },
    [Symbol.dispose]() {
      if (left) socket.off("end", leave).off("close", leave);
    },
  };
}

/** The body as it is asked for. What nobody wants is thrown away: a client may look for an answer last. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = message.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    },
    async cancel() {
      await chunks.return?.();
      message.resume();
    },
  }, { highWaterMark: 0 });
}

/** Whether a request has a body (RFC 9112 §6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
