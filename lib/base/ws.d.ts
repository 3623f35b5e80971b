/**
 * The part of the npm package ws that is used here; it carries no types. Details are in its documentation:
 * https://github.com/websockets/ws/blob/master/doc/ws.md
 */
import type { Buffer } from "node:buffer";
import type { ClientRequest, IncomingMessage } from "node:http";

/** Options of a client's connection. */
export interface ClientOptions {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether a certificate that cannot be verified is refused; default true. */
  readonly rejectUnauthorized?: boolean;
  /** Whether, and how, compression is offered (RFC 7692); default true. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Milliseconds. */
  readonly handshakeTimeout?: number;
  /** Milliseconds until a connection that is closing is dropped. */
  readonly closeTimeout?: number;
  /** Frames of one message. */
  readonly maxFragments?: number;
}

/** The terms of compression that a client offers. */
export interface PerMessageDeflateOptions {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  readonly serverMaxWindowBits?: number;
  readonly clientMaxWindowBits?: number;
  /** Bytes from which on a message is compressed where none refers to others; default 1024. */
  readonly threshold?: number;
}

/** The client's end of a WebSocket. */
export class WebSocket {
  /** Connects, as a client. */
  constructor(address: string | URL, protocols: readonly string[], options: ClientOptions);
  static readonly OPEN: number;
  readonly readyState: number;
  /** Bytes that have not been handed to the system. */
  readonly bufferedAmount: number;
  on(event: "open", listener: () => void): this;
  /** The server's answer, before `open`. */
  on(event: "upgrade", listener: (response: IncomingMessage) => void): this;
  /** The answer is no upgrade. With a listener, the request has to be ended by it. */
  on(
    event: "unexpected-response",
    listener: (request: ClientRequest, response: IncomingMessage) => void,
  ): this;
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): this;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): this;
  on(event: "error", listener: (error: Error & { readonly code?: string }) => void): this;
  on(event: "ping" | "pong", listener: (data: Uint8Array) => void): this;
  /**
   * Text from a string, otherwise binary. The bytes must not change afterwards.
   *
   * @param sent Called when it was handed to the system, or cannot be any more.
   */
  send(data: string | Uint8Array, sent?: (error?: Error) => void): void;
  /** Reads nothing more, until `resume`. */
  pause(): void;
  resume(): void;
  ping(): void;
  /** Sends a close frame after everything that was sent. */
  close(code: number, reason: string): void;
  /** Drops the TCP connection. */
  terminate(): void;
}

/** Reads the frames of a peer; the tests measure ours by it. */
export class Receiver {
  constructor(options: { readonly isServer: boolean; readonly maxPayload: number });
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: "ping" | "pong", listener: (data: Buffer) => void): this;
  /** A close frame; 1005 where it has no code. */
  on(event: "conclude", listener: (code: number, reason: Buffer) => void): this;
  /** Takes a chunk, as every stream of Node.js does. */
  _write(chunk: Buffer, encoding: "buffer", done: (error?: Error | null) => void): void;
}
