import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Header } from "../connection/ticket.ts";

/** The text that a server adds to the key to show that it speaks the protocol (RFC 6455 §1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Answers a request for an upgrade: from then on both sides send frames.
 *
 * @param key The `Sec-WebSocket-Key` of the request.
 * @param headers The headers of the answer beside those that the protocol wants.
 */
export function switchProtocols(stream: Duplex, key: string, headers: readonly Header[]): void {
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  stream.write(`${lines.join("\r\n")}\r\n\r\n`);
}
