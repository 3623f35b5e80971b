/** One open WebSocket, as a handler sees it. */
export interface Connection {
  /** The id of the request that it began with. */
  readonly id: string;
  /** The subprotocol that was agreed on; empty where there is none. */
  readonly subprotocol: string;
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
  /**
   * Resolves when `bufferedAmount` has fallen to an amount, or the connection is closing.
   *
   * @param amount Bytes; default: half the high-water mark, 2 MiB.
   */
  drained(amount?: number): Promise<void>;
  /**
   * Enters a room: what is published there is sent to this connection, until it leaves or ends. Rooms are
   * known by their names throughout the server.
   */
  join(room: string): void;
  /** Leaves a room. */
  leave(room: string): void;
  /**
   * Sends a message to all members of a room; one does not have to be a member for that. A member that
   * falls 16 MiB behind is closed with 1013.
   *
   * @returns To how many it was sent.
   */
  publish(room: string, data: string | Uint8Array, options?: PublishOptions): number;
}

/** Who gets a message that is published. */
export interface PublishOptions {
  /** Whether the connection that publishes gets it as well, where it is a member; default true. */
  readonly echo?: boolean;
}
