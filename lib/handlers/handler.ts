/**
 * The contract between the server and what decides about its connections.
 *
 * - The server MUST take a snapshot of the request before the upgrade and pass nothing else of it.
 * - `prepare` is called once for each request for an upgrade that passed every check, and before it is
 *   answered. The server MUST afterwards call either `open`, of the admission if there is one there,
 *   otherwise of the handler, or `abandon` of the admission, exactly once.
 * - `message` is called in the order of arrival, never before `open` has returned, never after `close`.
 * - `close` is called once, also when the connection broke (1006) or the server ended it.
 * - Whatever any of them throws ends that one connection with 1011, before the upgrade with status 500,
 *   and is logged. It never ends the server.
 *
 * @module
 */

import type { Connection } from "../base/connection.ts";
import type { Associated } from "../base/log.ts";
import type { IncomingRequest } from "../base/request.ts";

export type { Connection, IncomingRequest };

/** Decides what a connection does; made once for a route. */
export interface Handler {
  /** What the log says of it when the server starts. */
  readonly label?: string;
  /**
   * Before the upgrade is answered: may start something, refuse with a response, or throw a
   * `HandshakeError`.
   */
  prepare?(request: IncomingRequest): Preparation | Promise<Preparation>;
  /** After the upgrade. */
  open(connection: Connection, request: IncomingRequest): Session | void;
  /**
   * When its first route is taken up, before any request: may start what is to be there at once. Again
   * where a route has it after it was disposed.
   */
  start?(): void;
  /**
   * At the server's shutdown, when all connections were told to close; or when its route was replaced and
   * its last connection has ended.
   */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** A refusal, an admission, or nothing to say. */
export type Preparation = Response | Admission | void;

/** What was settled before the upgrade. */
export interface Admission {
  /** What the log shall know of the connection. */
  readonly associated?: Associated;
  /**
   * The subprotocol of the connection, one of those that the client offers; default: what the route has
   * picked.
   */
  readonly subprotocol?: string;
  /** Takes the connection in place of the handler's `open`. */
  open?(connection: Connection): Session | void;
  /** The upgrade did not come about. */
  abandon?(): void;
}

/** One connection at its handler; what it remembers is its closure. */
export interface Session {
  /** A message came: a string from a text frame, bytes from a binary one. */
  message?(data: string | Uint8Array): void;
  /** The connection ended. */
  close?(code: number, reason: string): void;
}
