import type { IncomingRequest } from "./request.ts";

/** What comes with a request that is no WebSocket, beside its head. */
export interface Exchange {
  /** The body as it comes; null where there is none. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Aborts when the client leaves before it has all of the answer. */
  readonly left: AbortSignal;
}

/**
 * Answers requests that are no WebSockets; several are asked in turn, and the first answer wins.
 *
 * Whatever `respond` throws becomes status 500 and a line in the log, a `HandshakeError` its status.
 */
export interface Responder {
  /** What the log says of it when the server starts. */
  readonly label?: string;
  /** Answers, or leaves it to the next one. */
  respond(
    request: IncomingRequest,
    exchange: Exchange,
  ): Response | undefined | Promise<Response | undefined>;
  /** At the server's shutdown. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
