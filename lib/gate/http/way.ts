import type { IncomingRequest } from "../../contract.ts";

/**
 * A way in which a request without a WebSocket asks for a connection:
 *
 * - `events`: `GET` that accepts `text/event-stream`;
 * - `stream`: `GET` with `stream` in its query;
 * - `post`: `POST`, whose body is what the client says;
 * - `head`: `HEAD` of what would be one of the first two, which opens nothing;
 * - `preflight`: `OPTIONS` by which a browser asks for a page of another origin (Fetch §4.8).
 */
export type Way = "events" | "stream" | "post" | "head" | "preflight";

/** The way of a request; undefined where it does not ask for a connection. */
export function wayOf({ method, headers, query }: IncomingRequest): Way | undefined {
  if (method === "POST") return "post";
  if (method === "OPTIONS") {
    return headers.has("origin") && headers.has("access-control-request-method")
      ? "preflight"
      : undefined;
  }
  const way = readingWay(headers, query);
  if (method === "GET") return way;
  return method === "HEAD" && way ? "head" : undefined;
}

/** The way in which somebody reads: by events, or as it comes. */
export function readingWay(headers: Headers, query: string): "events" | "stream" | undefined {
  if (/(?:^|,)[ \t]*text\/event-stream[ \t]*(?:$|[,;])/i.test(headers.get("accept") ?? "")) {
    return "events";
  }
  return /(?:^|&)stream(?:$|[&=])/.test(query) ? "stream" : undefined;
}
