import { counted } from "../../base/counted.ts";
import { ResumingWebSocket } from "../../client/client.ts";
import type { ClientOptions } from "./client_options.ts";
import { type Closed, endingOf } from "./ending.ts";
import { ConnectError, HIGH_WATER_MARK, type Line, type TakeMessage } from "./link.ts";
import { SessionSocket } from "./session_socket.ts";

const encoder = new TextEncoder();

/**
 * A session with a server, over one connection after the other; over one alone where the server has no sessions, as a
 * {@linkcode Link}.
 */
export class SessionLink implements Line {
  readonly closed: Promise<Closed>;
  readonly #name: string;
  readonly #session: ResumingWebSocket;
  /** The latest connection. */
  #socket: SessionSocket | undefined;
  #heard = performance.now();
  #byClient = false;
  #progress = Promise.withResolvers<void>();

  private constructor(options: ClientOptions, take: TakeMessage, say: (text: string) => void) {
    const { target, subprotocols } = options;
    this.#name = target.name;
    const connect = (names: readonly string[]) =>
      this.#socket = new SessionSocket(options, names, this.#step);
    class Connecting {
      constructor(_url: string, names: string[]) {
        return connect(names);
      }
    }
    const session = new ResumingWebSocket(target.url, [...subprotocols], { WebSocket: Connecting });
    this.#session = session;
    session.binaryType = "arraybuffer";
    session.onmessage = ({ data }) => {
      this.#heard = performance.now();
      const isBinary = typeof data !== "string";
      const behind = take(isBinary ? new Uint8Array(data) : encoder.encode(data), isBinary);
      if (behind) this.#socket?.pause(behind);
    };
    session.onreconnecting = ({ code, reason, delay }) => {
      const { says } = endingOf({ code, reason, byClient: false });
      const why = this.#socket?.isOpened ? says : this.#failure;
      say(`${why}; connecting again in ${(delay / 1000).toFixed(1)} s`);
    };
    session.onlost = ({ count = 0 }) => say(`lost ${counted(count, "message")} of the server`);
    session.onresumed = () => say(`connected to ${target.name}, the session goes on`);
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    session.onclose = ({ code, reason }) => {
      const { bufferedAmount, resumes } = session;
      if (resumes && bufferedAmount > 0) {
        say(`of what was sent, up to ${bufferedAmount} bytes may not have arrived`);
      }
      resolve({ code, reason, byClient: this.#byClient });
    };
  }

  /**
   * Connects.
   *
   * @param say Tells a person of what happens from then on, but for the end.
   * @throws {ConnectError} If that fails.
   */
  static open(
    options: ClientOptions,
    take: TakeMessage,
    say: (text: string) => void,
  ): Promise<SessionLink> {
    const { promise, resolve, reject } = Promise.withResolvers<SessionLink>();
    let isOpen = false;
    const link = new SessionLink(options, take, (text) => isOpen && say(text));
    const session = link.#session;
    session.addEventListener("open", () => {
      isOpen = true;
      resolve(link);
    });
    session.addEventListener("close", () => reject(new ConnectError(link.#failure)));
    // Whoever has asked for it decides about another attempt.
    session.addEventListener("reconnecting", () => isOpen || session.close());
    return promise;
  }

  /** The time of the last message; nobody is quiet while there is no connection. */
  get heard(): number {
    return this.#session.reconnecting ? performance.now() : this.#heard;
  }

  /** Sends a message; false, and takes nothing, while too much waits, or there is no connection. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this.#hasRoom(HIGH_WATER_MARK)) return false;
    this.#session.send(data);
    return true;
  }

  /** As that of a {@linkcode Link}; what waits is what the server has not acknowledged, where it has sessions. */
  async drained(amount: number = HIGH_WATER_MARK / 4): Promise<void> {
    while (this.#isOpen && !this.#hasRoom(amount)) {
      await Promise.race([this.#progress.promise, this.closed]);
    }
    if (!this.#isOpen) await this.closed;
  }

  /** Closes it with 1000, after everything that was sent; where there is no connection, at once. */
  close(): void {
    this.#byClient = true;
    const isAway = this.#session.reconnecting;
    this.#session.close(1000);
    if (isAway) this.#session.close();
    // The server's answer has to be read, whoever is behind.
    this.#socket?.resume();
  }

  get #isOpen(): boolean {
    return this.#session.readyState === ResumingWebSocket.OPEN;
  }

  get #failure(): string {
    return `Cannot connect to ${this.#name}: ${this.#socket?.why || "nothing came"}`;
  }

  #hasRoom(amount: number): boolean {
    return this.#isOpen && !this.#session.reconnecting && this.#session.bufferedAmount <= amount;
  }

  readonly #step = (): void => {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  };
}
