import type { TLSSocket } from "node:tls";

/** The socket below one of TLS, which the types do not know. */
interface Above {
  readonly _parent?: {
    readonly _handle?: { readStart(): number; readStop(): number } | null;
  };
}

/**
 * Has TCP hold back a client over TLS while its socket is paused: of itself, `pause` only has the runtime keep
 * what it goes on to read, without a limit (Deno 2.9).
 */
export function holdBack(socket: TLSSocket): void {
  const below = () => (socket as Above)._parent?._handle;
  socket.on("pause", () => below()?.readStop());
  // It is told of a turn later, when it may be paused again.
  socket.on("resume", () => socket.isPaused() || below()?.readStart());
}
