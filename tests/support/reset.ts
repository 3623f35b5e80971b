import { connect } from "node:net";

/** Sends bytes to a server, and resets the connection as soon as the system has them: most likely before it is seen. */
export function reset({ port }: { readonly port: number }, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    // Where the server has no more files, it may be the first to do so.
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.on("connect", () => socket.write(bytes, () => socket.resetAndDestroy()));
  });
}
