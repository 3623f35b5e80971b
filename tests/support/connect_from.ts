import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Wire } from "./client.ts";

/**
 * Connects to a server from an address of one's own, such as 127.0.0.7: for what counts clients by theirs. Of the
 * runtime's own connections it cannot be said.
 */
export async function connectFrom(localAddress: string, url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress, allowHalfOpen: true });
  await once(socket, "connect");
  socket.on("error", () => {});
  return {
    read: (into) => read(socket, into),
    async write(bytes) {
      // Its memory is the caller's again afterwards.
      if (!socket.write(bytes.slice())) await Promise.race([once(socket, "drain"), ended(socket)]);
      return bytes.length;
    },
    close: () => void socket.destroy(),
    async closeWrite() {
      socket.end();
      await once(socket, "finish");
    },
  };
}

async function read(socket: Socket, into: Uint8Array): Promise<number | null> {
  for (;;) {
    const chunk: Uint8Array | null = socket.read();
    if (chunk) {
      if (chunk.length > into.length) socket.unshift(chunk.subarray(into.length));
      into.set(chunk.subarray(0, into.length));
      return Math.min(chunk.length, into.length);
    }
    if (socket.readableEnded || socket.destroyed) return null;
    await Promise.race([once(socket, "readable"), ended(socket)]);
  }
}

async function ended(socket: Socket): Promise<void> {
  await Promise.race([once(socket, "end"), once(socket, "close")]);
}
