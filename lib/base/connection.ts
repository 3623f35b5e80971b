/** One open WebSocket, as a handler sees it. */
export interface Connection {
  /** The id of the request that it began with. */
  readonly id: string;
  /**
   * Sends one message: text as a text frame, bytes as a binary frame. The bytes may be reused after
   * the call. A message for a connection that is closing is dropped.
   */
  send(data: string | Uint8Array): void;
  /**
   * Closes it after everything that was sent; the first call decides.
   *
   * @param code 1000, or 3000 to 4999, or what RFC 6455 §7.4.1 lets a server send; default 1000.
   * @param reason At most 123 bytes of UTF-8; what is longer is cut.
   */
  close(code?: number, reason?: string): void;
  /** Bytes of memory that messages hold which have not left yet, what each costs beside its data included. */
  readonly bufferedAmount: number;
  /** Resolves when `bufferedAmount` is at most half the high-water mark, or the connection is closing. */
  drained(): Promise<void>;
}
