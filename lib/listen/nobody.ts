import { HandshakeError } from "../base/errors.ts";

/**
 * Whether a client had reset its connection before anybody looked at that: the system has no address then, so that
 * nobody can say whose it was, and nobody would get an answer.
 *
 * @param peer Of the connection itself, whatever a proxy says.
 */
export function isNobody(peer: Deno.Addr): boolean {
  return "port" in peer && peer.port === 0;
}

/** The refusal of a request whose client has reset its connection. */
export function resetRefusal(): HandshakeError {
  return new HandshakeError(400, "The client has reset its connection");
}
