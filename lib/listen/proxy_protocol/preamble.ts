/** The word of a proxy about a connection, in front of its bytes. */
export interface Preamble {
  /** The client; undefined where the connection is the proxy's own, or it does not know. */
  readonly source?: Deno.NetAddr | Deno.UnixAddr;
  /** Whether the client has come over TLS; undefined where it does not say. */
  readonly secure?: boolean;
}

/** A preamble that is none, or is malformed. */
export class PreambleError extends Error {
  override readonly name = "PreambleError";
}
