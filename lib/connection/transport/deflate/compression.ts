/** The terms of `permessage-deflate` that a client and this server have agreed on (RFC 7692 §7.1). */
export interface Compression {
  /** The value of `Sec-WebSocket-Extensions` that says them to the client. */
  readonly answer: string;
  /** Bytes from which on a message to the client is compressed. */
  readonly least: number;
  /** The size of the window of what is sent to the client, as a power of two: 9 to 15. */
  readonly serverBits: number;
  /** Whether a message to the client may refer to those before it. */
  readonly serverContext: boolean;
  /** The same of what the client sends: 8 to 15. */
  readonly clientBits: number;
  readonly clientContext: boolean;
}
