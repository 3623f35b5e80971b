import { HandshakeError } from "../base/errors.ts";

/**
 * Checks an opening handshake (RFC 6455 §4.2.1), which the runtime does only in part.
 *
 * @throws {HandshakeError} 400, or 426 for another version of the protocol (RFC 6455 §4.4).
 */
export function checkHandshake(headers: Headers): void {
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    const found = version === null ? "there is none" : `not "${version}"`;
    throw new HandshakeError(426, `Sec-WebSocket-Version has to be 13: ${found}`, {
      "Sec-WebSocket-Version": "13",
      // RFC 9110 §15.5.22
      Upgrade: "websocket",
      Connection: "Upgrade",
    });
  }
  const key = headers.get("sec-websocket-key");
  if (key === null) throw new HandshakeError(400, "There is no Sec-WebSocket-Key");
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    throw new HandshakeError(400, `Sec-WebSocket-Key has to be 16 bytes of base64, not "${key}"`);
  }
}
