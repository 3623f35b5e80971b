import { allowing } from "../base/allowing.ts";
import { plain } from "../base/plain.ts";

/** The methods of a route that takes connections without a WebSocket, too. */
export const METHODS = "GET, HEAD, POST, OPTIONS";

const ALLOWED = "GET, OPTIONS";

const WHY_NOT =
  "ask for text/event-stream by the header Accept, or with ?stream, or connect with a WebSocket client";

const WHY = "only WebSockets are answered here, " +
  "so connect with a WebSocket client, to the same address with ws:// for http:// or wss:// for https://";

/**
 * The answer to a request without an upgrade where there is nothing but a WebSocket.
 *
 * @param http Whether there are other ways as well, of which this is none.
 */
export function webSocketOnly(method: string, http = false): Response {
  const allowed = http ? METHODS : ALLOWED;
  if (method === "OPTIONS") return allowing(allowed);
  if (method === "GET" || method === "HEAD") {
    // RFC 9110 §15.5.22
    return plain(426, { Upgrade: "websocket", Connection: "Upgrade" }, http ? WHY_NOT : WHY);
  }
  return plain(405, { Allow: allowed });
}
