/** The runtime's WebSocket with what it has no public name for. */
type Inner = WebSocket & Record<symbol, unknown>;

/**
 * Parts of the runtime's WebSocket that it has no public names for (Deno 2.6 to 2.9), by the names that it has for
 * them. Where a runtime has them no more, nothing is done.
 */
export const nativeInner = {
  /**
   * Has the socket read on where its reading fails, as it does of a text that is longer than any string: nobody
   * is told of that otherwise, and nothing ends.
   */
  guardReading(socket: WebSocket, failed: (error: unknown) => void): void {
    const inner = socket as Inner;
    const name = nameOf(WebSocket.prototype, "[[eventLoop]]");
    const read = name && inner[name];
    if (!name || typeof read !== "function") return;
    inner[name] = async () => {
      try {
        await read.call(socket);
      } catch (error) {
        failed(error);
        // A second time would be no accident.
        await read.call(socket);
      }
    };
  },

  /** Drops the connection of a client that answers no close frame: the runtime waits for it for ever. */
  drop(socket: WebSocket): void {
    // The runtime panics where it is asked about a socket that it takes for open, and has dropped.
    if (socket.readyState === WebSocket.OPEN) socket.close();
    const name = nameOf(socket, "[[rid]]");
    const { internal = Symbol() } = Deno as unknown as { internal?: symbol };
    const { core } = ((Deno as unknown as Record<symbol, unknown>)[internal] ?? {}) as {
      core?: { tryClose?(resource: unknown): void };
    };
    if (name) core?.tryClose?.((socket as Inner)[name]);
  },
};

function nameOf(holder: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(holder).find((name) => name.description === description);
}
