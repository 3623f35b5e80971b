import type { Server, Socket } from "node:net";
import { messageOf } from "../../base/errors.ts";
import { plainAddress } from "../../base/host.ts";
import { REQUEST_TIMEOUT } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import type { Preamble } from "./preamble.ts";
import { PreambleReader } from "./preamble_reader.ts";

const log = new Log();

type Begin = (this: unknown, socket: Socket) => void;

/**
 * Has a server read the preamble of the PROXY protocol on each connection of a trusted peer, before TLS and all else.
 * Of those a connection without one is ended, so that nobody has to guess whether there is one; all other peers are
 * clients like any.
 */
export class Preambles implements Disposable {
  readonly #said = new WeakMap<Socket, Preamble>();
  readonly #waiting = new Set<Socket>();
  readonly #isTls: boolean;
  readonly #patience: number;

  /**
   * @param server It MUST NOT listen yet.
   * @param trusts Whether the peer of a connection is trusted; undefined where nobody can say who it was, because it
   *   has reset the connection: balancers look so whether the server is there, and that is not mentioned.
   * @param patience Milliseconds in which a preamble has to come.
   */
  constructor(
    server: Server,
    trusts: (socket: Socket) => boolean | undefined,
    patience: number = REQUEST_TIMEOUT,
  ) {
    this.#patience = patience;
    this.#isTls = "setSecureContext" in server;
    // The runtime's own, which begins TLS or HTTP.
    const [begin] = server.listeners("connection") as [Begin];
    server.off("connection", begin);
    server.prependListener("connection", (socket) => {
      // One that is parsed again has been here.
      const trusted = !this.#said.has(socket) && trusts(socket);
      if (trusted === undefined) socket.destroy();
      else if (trusted) this.#read(socket, () => begin.call(server, socket));
      else begin.call(server, socket);
    });
  }

  /** The word of a proxy about a connection, or the one that it carries over TLS; undefined where there is none. */
  of(socket: Socket): Preamble | undefined {
    return this.#said.get((socket as Wrapping)._parent ?? socket);
  }

  /** Ends those connections of which none has come yet. */
  [Symbol.dispose](): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #read(socket: Socket, begin: () => void): void {
    const reader = new PreambleReader();
    const timer = setTimeout(() => refuse("it does not come in time"), this.#patience);
    const remote = plainAddress(socket.remoteAddress ?? "unix-socket");
    const done = () => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      socket.off("data", take).off("end", left).off("close", done).off("error", left);
    };
    const refuse = (why: string) => {
      done();
      // Why it is ended is what there is to say.
      socket.on("error", () => {});
      socket.destroy();
      log.with({ remote }).access("http", `Cannot read the PROXY protocol: ${why}`);
    };
    const left = () => {
      if (reader.length > 0) return refuse("it breaks off");
      // A look at whether somebody listens, as of whoever balances load, which need not end well either.
      done();
      socket.on("error", () => {});
      socket.destroy();
    };
    const take = (chunk: Uint8Array) => {
      let found;
      try {
        found = reader.push(chunk);
      } catch (error) {
        return refuse(messageOf(error));
      }
      if (!found) return;
      const { preamble, rest } = found;
      done();
      this.#said.set(socket, preamble);
      socket.pause();
      if (rest.length > 0) socket.unshift(rest);
      begin();
      // TLS takes what is there by itself; what flows besides would be lost to it.
      if (!this.#isTls) socket.resume();
    };
    this.#waiting.add(socket);
    socket.on("data", take).on("end", left).on("close", done).on("error", left);
  }
}

/** A socket with TLS, as the types do not know it. */
interface Wrapping extends Socket {
  readonly _parent?: Socket;
}
