import type { Socket } from "node:net";
// @ts-types="../../base/ws.d.ts"
import { WebSocket } from "npm:ws@8.23.0";
import type { ClientOptions } from "./client_options.ts";
import type { Closed } from "./ending.ts";
import { openSocket } from "./socket.ts";

/** A connection that cannot be made. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

/**
 * Takes a message: the bytes of a text or of a binary one. Until a promise that it answers resolves,
 * nothing more is read.
 */
export type TakeMessage = (data: Uint8Array, isBinary: boolean) => Promise<void> | undefined;

/** Bytes that may wait for the server before the source of them has to wait. */
export const HIGH_WATER_MARK = 256 * 1024;

const decoder = new TextDecoder();

/** The interface of a {@linkcode Link}. */
export type Line = Pick<Link, keyof Link>;

/** One connection to a server. */
export class Link {
  /** Resolves to the close of the connection when it has ended; never rejects. */
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  #heard = performance.now();
  #byClient = false;
  #error = "";
  #stream: Socket | undefined;
  #corked = false;
  #draining: { amount: number; promise: Promise<void>; resolve: () => void } | undefined;

  private constructor(socket: WebSocket, take: TakeMessage) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    socket.on("upgrade", (response) => this.#stream = response.socket);
    socket.on("message", (data, isBinary) => {
      this.#heard = performance.now();
      const behind = take(data, isBinary);
      if (!behind) return;
      socket.pause();
      behind.then(() => socket.resume());
    });
    socket.on("close", (code, bytes) => {
      const reason = decoder.decode(bytes) || this.#error;
      resolve({ code, reason, byClient: this.#byClient });
    });
  }

  /**
   * Connects.
   *
   * @throws {ConnectError} If that fails.
   */
  static open(options: ClientOptions, take: TakeMessage): Promise<Link> {
    const { promise, resolve, reject } = Promise.withResolvers<Link>();
    // The first reason; where it is open already, the one why it breaks.
    const socket = openSocket(options, options.subprotocols, (why) => {
      link.#error = why;
      reject(new ConnectError(`Cannot connect to ${options.target.name}: ${why}`));
    });
    const link = new Link(socket, take);
    socket.on("open", () => resolve(link));
    return promise;
  }

  /** The time of the last message, as `performance.now()` counts. */
  get heard(): number {
    return this.#heard;
  }

  /**
   * Sends a message.
   *
   * @returns false, and takes nothing, while too much waits or when it is not open any more.
   */
  send(data: string | Uint8Array): boolean {
    const socket = this.#socket;
    if (!this.#isOpen || socket.bufferedAmount > HIGH_WATER_MARK) return false;
    if (!this.#corked) {
      // What is sent in one go leaves in one write.
      this.#corked = true;
      this.#stream?.cork();
      queueMicrotask(this.#uncork);
    }
    socket.send(data, this.#sent);
    return true;
  }

  /**
   * Resolves when no more than so many bytes wait for the server, or when it is closed.
   *
   * @param amount Default: so many that more can be sent.
   */
  async drained(amount: number = HIGH_WATER_MARK / 4): Promise<void> {
    while (this.#isOpen && this.#socket.bufferedAmount > amount) {
      this.#draining = { amount, ...Promise.withResolvers<void>() };
      await Promise.race([this.#draining.promise, this.closed]);
    }
    if (!this.#isOpen) await this.closed;
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#stream?.uncork();
  };

  readonly #sent = (): void => {
    const { amount = -1, resolve } = this.#draining ?? {};
    if (this.#socket.bufferedAmount <= amount) resolve?.();
  };

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Closes it with 1000, after everything that was sent. */
  close(): void {
    this.#byClient = true;
    this.#socket.close(1000, "");
    // The server's answer has to be read, whoever is behind.
    this.#socket.resume();
  }
}
