import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { HandshakeError, messageOf } from "../base/errors.ts";
import { type IncomingRequest, snapshot } from "../base/request.ts";
import type { Exchange } from "../contract.ts";
import type { Authorities } from "./authorities.ts";

/** The listener that a request came in at. */
export interface NodeOrigin {
  readonly secure: boolean;
  /** Of which every client has shown a certificate; undefined where it need not. */
  readonly authorities: Authorities | undefined;
  /** Reads the subject of a client's certificate; there where there are authorities. */
  readonly subjectOf: ((certificate: Uint8Array) => string) | undefined;
  /** Whether it is a Unix socket. */
  readonly unix: boolean;
}

/**
 * Takes the snapshot of a request.
 *
 * @throws {HandshakeError} If it cannot be understood (400).
 */
export function incomingOf(message: IncomingMessage, origin: NodeOrigin): IncomingRequest {
  const { socket, method = "", url = "" } = message;
  const remoteAddr: Deno.Addr = origin.unix ? { transport: "unix", path: "" } : {
    transport: "tcp",
    // Both are gone where the client is.
    hostname: socket.remoteAddress ?? "",
    port: socket.remotePort ?? 0,
  };
  const head = { method, target: url, headers: headersOf(message) };
  const { secure } = origin;
  const { subjectOf } = origin;
  if (!subjectOf) return snapshot(head, { remoteAddr, secure });
  const { raw } = (socket as TLSSocket).getPeerCertificate();
  return snapshot(head, { remoteAddr, secure, subject: subjectOf(raw) });
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

/** The parts of a request beside its head. */
export function exchangeOf(message: IncomingMessage, response: ServerResponse): Exchange {
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
