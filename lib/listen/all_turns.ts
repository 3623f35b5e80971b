import type { Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { Turns } from "./turns.ts";

/** A socket with TLS, and the one below, which the types do not know. */
interface Above extends TLSSocket {
  readonly _parent?: Socket;
}

/** The turns of all connections that bring requests to a server, and of those that have brought none yet. */
export class AllTurns {
  readonly #turns = new Map<Socket, Turns | undefined>();

  /** Takes each connection of a server from when it comes: node:http counts none before its first request (Deno 2.9). */
  watch(server: Server): void {
    server.on("connection", (socket) => this.#take(socket));
    server.on("secureConnection", (socket: Above) => {
      if (socket._parent) this.#turns.delete(socket._parent);
      this.#take(socket);
    });
  }

  /** The turns of a connection. */
  of(socket: Socket): Turns {
    let turns = this.#turns.get(socket);
    if (!turns) this.#turns.set(socket, turns = new Turns(socket));
    return turns;
  }

  /** A connection brings no more requests, or begins anew. */
  forget(socket: Socket): void {
    this.#turns.delete(socket);
  }

  /** Ends the connections that have nothing to wait for, and others when they have had their answers. */
  close(): void {
    for (const [socket, turns] of this.#turns) {
      if (turns) turns.close();
      else socket.destroy();
    }
  }

  #take(socket: Socket): void {
    if (this.#turns.has(socket)) return;
    this.#turns.set(socket, undefined);
    socket.once("close", () => this.#turns.delete(socket));
  }
}
