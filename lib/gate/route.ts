import { messageOf, UsageError } from "../base/errors.ts";
import { decodePath, type IncomingRequest } from "../base/request.ts";
import type { Guard, Handler } from "../contract.ts";
import { originGuard, type OriginOptions } from "./origin.ts";
import { type Found, type Pattern, patternOf } from "./pattern.ts";
import { pickSubprotocol } from "./subprotocol.ts";
import type { Usage } from "./usage.ts";

// What a pattern would see as another path, as `/a` in `/b/../a` and `/b/%2E%2E/a`: a proxy in front, and the
// handler behind, see this one. Browsers send none of it.
const REWRITTEN = /[\\\t\r\n]|\/(?:\.|%2e){1,2}(?:\/|$)/i;

// What means the same as the character itself (RFC 3986 §2.3): a guard is not to be passed by another spelling.
const UNRESERVED = /%(?:2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/gi;

/** Options that a route may have of its own, in place of the server's. */
export interface RouteOptions extends OriginOptions {
  /** Look at every request before the handler does, in this order, behind the check of its origin. */
  readonly guards?: readonly Guard[];
  /** The subprotocols that are agreed to, where the client offers one of them. */
  readonly subprotocols?: readonly string[];
  /**
   * Milliseconds for guards to decide about a request, and for `accept` of the handler; then the answer is 504;
   * 0 means no limit; default 10 s.
   */
  readonly acceptMs?: number;
  /** Bytes of a message; 0 means no limit; default 1 MiB. */
  readonly maxFrameSize?: number;
  /** Milliseconds between pings; a client that is silent for twice that is dropped; 0, the default, means none. */
  readonly pingMs?: number;
  /**
   * Milliseconds in which a client may take nothing of what still waits for it when its handler has closed the
   * connection; 0, the default, means no limit.
   */
  readonly lingerMs?: number;
}

/** A path and the handler behind it. */
export interface Route extends RouteOptions {
  /** A URLPattern path such as `/chat/:room`; `*` is every path. */
  readonly path: string;
  /** The handler that decides about its requests and connections. */
  readonly handler: Handler;
}

/** The names of a pattern's parameters. */
export function paramsOfPattern(path: string): string[] {
  // One with a backslash in front of its colon is none.
  const names = path.matchAll(/\\.|:([\p{ID_Start}_$][\p{ID_Continue}$]*)/gu);
  return Array.from(names, ([, name]) => name ?? "").filter(Boolean);
}

/**
 * Reads the pattern of a route.
 *
 * @param where The place at which it stands, for the message.
 * @returns undefined for `*`, which is every path.
 * @throws {UsageError} If it is none (exit code 2).
 */
export function parsePattern(path: string, where: string): Pattern | undefined {
  if (path === "*") return undefined;
  try {
    return patternOf(path);
  } catch (error) {
    // Some versions of the runtime draw the place below it.
    const [reason] = messageOf(error).split("\n");
    throw new UsageError(`Invalid pattern "${path}" in ${where}: ${reason}`, 2);
  }
}

/** A route that requests are matched against. */
export class LiveRoute {
  /** Of its handler; undefined where that takes no WebSockets. */
  readonly accept: Handler["accept"];
  /** Of its handler; undefined where that takes nothing but WebSockets. */
  readonly respond: Handler["respond"];
  readonly guards: readonly Guard[];
  readonly options: RouteOptions;
  /** Of its handler, which other routes may have as well. */
  readonly usage: Usage;
  readonly #pattern: Pattern | undefined;

  /** @throws {UsageError} If its path is no pattern. */
  constructor(route: Route, usage: Usage) {
    const { path, handler, ...options } = route;
    this.accept = acceptOf(handler);
    this.respond = handler.respond?.bind(handler);
    this.guards = [...originGuard(options), ...options.guards ?? []];
    this.options = options;
    this.usage = usage;
    this.#pattern = parsePattern(path, "routes");
  }

  /**
   * The request with what the pattern has found in its path; undefined where it does not match.
   *
   * @throws {HandshakeError} If that has a NUL in it (400).
   */
  match(request: IncomingRequest): IncomingRequest | undefined {
    const found = this.#pattern ? this.#find(request.target) : [];
    if (!found) return undefined;
    const { subprotocols } = this.options;
    const subprotocol = subprotocols
      ? pickSubprotocol(request.headers.get("sec-websocket-protocol"), subprotocols)
      : "";
    if (!this.#pattern && !subprotocol) return request;
    // Whatever their names are: `__proto__` is one like any other.
    const params = Object.fromEntries(
      found.map(([name, value = ""]) => [name, decodePath(value)]),
    );
    return Object.freeze({ ...request, params: Object.freeze(params), subprotocol });
  }

  #find(target: string): Found | undefined {
    // As it was sent: an encoded slash is no end of a segment.
    const path = target.replace(/\?.*$/s, "").replace(UNRESERVED, decodeURIComponent);
    return REWRITTEN.test(path) ? undefined : this.#pattern?.find(path);
  }
}

/** The `accept` of a handler, made of its `open` where it has only that; undefined where it has neither. */
export function acceptOf(handler: Handler): Handler["accept"] {
  if (handler.accept) return handler.accept.bind(handler);
  if (!handler.open) return undefined;
  return (request) => ({ open: (connection) => handler.open?.(connection, request) });
}
