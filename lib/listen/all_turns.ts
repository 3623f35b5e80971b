import type { Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { SEND_LOOK } from "../base/limits.ts";
import { Turns } from "./turns.ts";

/** A socket with TLS, and the one below, which the types do not know. */
interface Above extends TLSSocket {
  readonly _parent?: Socket;
}

/** The turns of all connections that bring requests to a server, and of those that have brought none yet. */
export class AllTurns {
  readonly #turns = new Map<Socket, Turns | undefined>();
  /** Looks at all of them, as long as there are some: a timer for each would be set and cleared with every answer. */
  #looking: ReturnType<typeof setInterval> | undefined;
  #isClosing = false;
  /** Listens to the end of each: one for all, so that it is taken off a connection that begins anew. */
  readonly #closed: (this: Socket) => void;

  constructor() {
    const forget = (socket: Socket) => this.forget(socket);
    this.#closed = function () {
      forget(this);
    };
  }

  /** Takes each connection of a server from when it comes: node:http counts none before its first request (Deno 2.9). */
  watch(server: Server): void {
    server.on("connection", (socket) => this.#take(socket));
    server.on("secureConnection", (socket: Above) => {
      this.#take(socket);
      if (socket._parent) this.forget(socket._parent);
    });
  }

  /** The turns of a connection. */
  of(socket: Socket): Turns {
    // One with TLS may have failed before it was taken; of one that has closed, nobody would hear that it is to be forgotten.
    if (!socket.closed) this.#remember(socket);
    const known = this.#turns.get(socket);
    if (known) return known;
    const turns = new Turns(socket);
    if (this.#turns.has(socket)) this.#turns.set(socket, turns);
    return turns;
  }

  /** A connection brings no more requests, or begins anew. */
  forget(socket: Socket): void {
    socket.off("close", this.#closed);
    this.#turns.delete(socket);
    if (this.#isClosing) this.#rest();
  }

  /** Ends the connections that have nothing to wait for, and others when they have had their answers. */
  close(): void {
    this.#isClosing = true;
    for (const [socket, turns] of this.#turns) {
      if (turns) turns.close();
      else socket.destroy();
    }
    this.#rest();
  }

  #look(): void {
    for (const turns of this.#turns.values()) turns?.look();
    this.#rest();
  }

  /** Looks no more where there is nobody. */
  #rest(): void {
    if (this.#turns.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #take(socket: Socket): void {
    this.#looking ??= setInterval(() => this.#look(), SEND_LOOK);
    this.#remember(socket);
  }

  #remember(socket: Socket): void {
    if (this.#turns.has(socket)) return;
    this.#turns.set(socket, undefined);
    socket.once("close", this.#closed);
  }
}
