import type { ClientRequest, IncomingMessage } from "node:http";
// @ts-types="../../base/ws.d.ts"
import { WebSocket } from "npm:ws@8.23.0";
import { CLOSE_TIMEOUT, REQUEST_TIMEOUT } from "../../base/limits.ts";
import type { ClientOptions } from "./client_options.ts";

// Each is kept for itself, with about 100 bytes beside what it carries; ws bounds the size of a message to 100 MiB.
const MAX_FRAGMENTS = 1_048_576;

// What is wrong where one side speaks TLS and the other does not: the runtime names what it has read.
const WRONG_SCHEME: Readonly<Record<string, string>> = {
  HPE_INVALID_CONSTANT: "the answer is not HTTP, as that of a server which wants wss://",
  ERR_SSL_WRONG_VERSION_NUMBER: "the answer is not TLS, as that of a server which wants ws://",
};

/**
 * Connects by the options of the client.
 *
 * @param subprotocols Those that are offered.
 * @param failed Told of why it does not come about, or breaks.
 */
export function openSocket(
  options: ClientOptions,
  subprotocols: readonly string[],
  failed: (why: string) => void,
): WebSocket {
  const { target, headers, insecure, compress } = options;
  const socket = new WebSocket(target.url, subprotocols, {
    headers,
    rejectUnauthorized: !insecure,
    perMessageDeflate: compress,
    handshakeTimeout: REQUEST_TIMEOUT,
    closeTimeout: CLOSE_TIMEOUT,
    maxFragments: MAX_FRAGMENTS,
  });
  socket.on("unexpected-response", (_: ClientRequest, response: IncomingMessage) => {
    failed(answerOf(response));
    // Its error says less.
    socket.terminate();
  });
  socket.on("error", (error) => failed(textOf(error)));
  return socket;
}

function answerOf({ statusCode, statusMessage, headers }: IncomingMessage): string {
  const status = `${statusCode} ${statusMessage ?? ""}`.trimEnd();
  return headers.location ? `${status}, to ${headers.location}` : status;
}

/** Where several addresses were tried, the error itself says nothing. */
function textOf(error: Error & { readonly code?: string }): string {
  if (error instanceof AggregateError) return error.errors.map((one) => one.message).join(", ");
  const { code = "" } = error;
  return WRONG_SCHEME[code] ?? (error.message || code || "it failed");
}
