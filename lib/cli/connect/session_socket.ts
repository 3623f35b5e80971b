import { Buffer } from "node:buffer";
// @ts-types="../../base/ws.d.ts"
import type { WebSocket } from "npm:ws@8.23.0";
import type { ClientOptions } from "./client_options.ts";
import { openSocket } from "./socket.ts";

const HEADER = "sec-websocket-protocol";

/** A connection of a session: the part of a browser's WebSocket that a session needs, by the options of the client. */
export class SessionSocket {
  readonly url: string;
  readonly extensions = "";
  protocol = "";
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose:
    | ((event: { code: number; reason: string; wasClean: boolean | undefined }) => void)
    | null = null;
  onerror: (() => void) | null = null;
  /** Whether it has come about. */
  isOpened = false;
  /** The reason why it has not, or has broken. */
  why = "";
  readonly #socket: WebSocket;
  readonly #step: () => void;

  /** @param step Told when something has come or gone, after the session was. */
  constructor(options: ClientOptions, names: readonly string[], step: () => void) {
    this.url = options.target.url;
    this.#step = step;
    const socket = this.#socket = openSocket(options, names, (why) => this.why ||= why);
    socket.on("upgrade", ({ headers }) => {
      this.protocol = headers[HEADER] ?? "";
      // ws takes it for a failure that a server agrees to nothing, which is what most do that have no sessions.
      if (options.subprotocols.length === 0) headers[HEADER] ??= names[0];
    });
    socket.on("open", () => {
      this.isOpened = true;
      this.onopen?.();
    });
    socket.on("message", (data, isBinary) => {
      // Those of ws are Buffers.
      const bytes = data as Buffer<ArrayBuffer>;
      const { buffer, byteOffset, byteLength } = bytes;
      this.onmessage?.({
        data: isBinary ? buffer.slice(byteOffset, byteOffset + byteLength) : bytes.toString(),
      });
      step();
    });
    socket.on("close", (code, bytes) => {
      // Some refuse a subprotocol that they do not know; a session tries without after what is not clean.
      const wasClean = /^400\b/.test(this.why) ? false : undefined;
      this.onclose?.({ code, reason: String(bytes) || this.why, wasClean });
      step();
    });
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    this.#socket.send(data, this.#step);
  }

  close(code = 1000, reason = ""): void {
    this.#socket.close(code, reason);
  }

  /** Reads nothing more until that is done. */
  async pause(done: Promise<void>): Promise<void> {
    this.#socket.pause();
    await done;
    this.#socket.resume();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }
}
