import { Log } from "./log.ts";
import type { IncomingRequest } from "./request.ts";

/** The log of one request, before a handler adds its command and process. */
export function sessionLog(request: IncomingRequest): Log {
  return new Log({
    url: urlOf(request),
    id: request.id,
    remote: request.remote.host,
    origin: originOf(request),
  });
}

/** The log of a request that is no WebSocket, of which websocketd tells the address alone. */
export function httpLog(request: IncomingRequest): Log {
  return new Log({ url: urlOf(request) });
}

/** The address that was asked for. */
export function urlOf(request: IncomingRequest): string {
  return `${request.secure ? "https" : "http"}://${request.host}${request.target}`;
}

/** The Origin header; a page from a file, and a client that is no browser, count as `file:`. */
export function originOf(request: IncomingRequest): string {
  const origin = request.headers.get("origin") ?? "";
  return origin === "" || origin === "null" ? "file:" : origin;
}
