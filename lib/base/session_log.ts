import { type Associated, type Facts, Log } from "./log.ts";
import { withoutToken } from "./query_token.ts";
import { comeFrom, type IncomingRequest, pathOf, type RequestOrigin } from "./request.ts";

/** Facts about a request that only JSON shows: its route and, where that is known, who has sent it. */
export function factsOf({ user }: Pick<IncomingRequest, "user">, route: string | undefined): Facts {
  return { route, user: user || undefined };
}

/**
 * The log of one request, before a handler adds its command and process.
 *
 * @param facts What is known beside, for JSON alone.
 */
export function sessionLog(request: IncomingRequest, facts?: Facts): Log {
  return new Log({
    url: urlOf(request),
    id: request.id,
    remote: request.remote.host,
    origin: originOf(request),
  }, facts);
}

/**
 * The log of a request that is no WebSocket: beside what websocketd tells, it says whose it is.
 *
 * @param facts What is known beside, for JSON alone.
 */
export function httpLog(request: IncomingRequest, facts?: Facts): Log {
  return new Log({ url: urlOf(request), remote: request.remote.host }, facts);
}

/**
 * The log of a request that is no WebSocket, and is refused.
 *
 * @param facts What is known beside.
 */
export function refusalLog(request: IncomingRequest, facts: Associated): Log {
  return new Log({ url: urlOf(request), remote: request.remote.host, ...facts });
}

/**
 * The log of what may be no request at all.
 *
 * @param target As it was sent.
 */
export function headLog(target: string, headers: Pick<Headers, "get">, origin: RequestOrigin): Log {
  const { host, remote, secure } = comeFrom(headers.get("host") ?? "", headers, origin);
  const url = urlOf({ secure, host, basePath: "", target: pathOf(target) });
  return new Log({ url, remote: remote.host });
}

/** The address that was asked for, without the token that it may have. */
export function urlOf(
  { secure, host, basePath, target }: Pick<
    IncomingRequest,
    "secure" | "host" | "basePath" | "target"
  >,
): string {
  return `${secure ? "https" : "http"}://${host}${basePath}${withoutToken(target)}`;
}

/** The Origin header; a page from a file, and a client that is no browser, count as `file:`. */
export function originOf(request: IncomingRequest): string {
  const origin = request.headers.get("origin") ?? "";
  return origin === "" || origin === "null" ? "file:" : origin;
}
