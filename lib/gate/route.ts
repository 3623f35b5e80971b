import { messageOf, UsageError } from "../base/errors.ts";
import { NO_METER, type RouteMeter } from "../base/meter.ts";
import { decodePath, type IncomingRequest } from "../base/request.ts";
import { resolveDots } from "../base/resolve_dots.ts";
import { pickSubprotocol } from "../base/subprotocol.ts";
import type { Rate } from "../base/token_bucket.ts";
import type { Guard, Handler, RouteInfo } from "../contract.ts";
import { authGuard, type AuthOptions } from "./auth/auth_guard.ts";
import { EntryLimits, type EntryOptions, type EntryPlace } from "./entry_limits.ts";
import { Failures } from "./auth/failures.ts";
import { originGuard, type OriginOptions, type OriginRules, originRules } from "./origin.ts";
import { type Found, type Pattern, patternOf } from "./pattern.ts";
import type { Usage } from "./usage.ts";

// What a URLPattern would see as another path, as `/a/b` in `/a\b`: a proxy in front, and the handler behind, see
// this one. Browsers send none of it.
const REWRITTEN = /[\\\t\r\n]/;

// What means the same as the character itself (RFC 3986 §2.3): a guard is not to be passed by another spelling.
const UNRESERVED = /%(?:2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/gi;

/** Options that a route may have of its own, in place of the server's. */
export interface RouteOptions extends OriginOptions, AuthOptions, EntryOptions {
  /** Look at every request before the handler does, in this order, behind the checks of its origin and `auth`. */
  readonly guards?: readonly Guard[];
  /** The subprotocols that are agreed to, where the client offers one of them. */
  readonly subprotocols?: readonly string[];
  /**
   * Milliseconds for guards to decide about a request, and for `accept` of the handler; then the answer is 504;
   * 0 means no limit; default 10 s.
   */
  readonly acceptMs?: number;
  /** Whether it takes connections without a WebSocket, too: by events, a stream or a POST; default false. */
  readonly http?: boolean;
  /** Bytes of a message; 0 means no limit; default 1 MiB. */
  readonly maxFrameSize?: number;
  /** Milliseconds between pings; a client that is silent for twice that is dropped; 0, the default, means none. */
  readonly pingMs?: number;
  /**
   * Milliseconds in which a client may take nothing of what still waits for it when its handler has closed the
   * connection; 0, the default, means no limit.
   */
  readonly lingerMs?: number;
  /**
   * Whether messages are compressed where the client offers that, by `permessage-deflate` (RFC 7692); default
   * false. The engine `native` never does.
   */
  readonly compress?: boolean;
  /**
   * Bytes from which on a message to the client is compressed; default 256, and 32 where `compressContext` is
   * on.
   */
  readonly compressMin?: number;
  /** The size of the window that messages are compressed in, as a power of two: 9 to 15, the default. */
  readonly compressBits?: number;
  /**
   * Whether a compressed message may refer to those before it: short ones get much shorter then, and each
   * connection takes memory of two windows, and its messages are compressed for it alone; default false.
   */
  readonly compressContext?: boolean;
  /**
   * Messages of one client: beyond that it is held back, and where the engine cannot do that, closed with 1008;
   * default: no limit.
   */
  readonly messageRate?: Rate;
  /** The same for the bytes of its messages. */
  readonly byteRate?: Rate;
  /** The folder in which each WebSocket is recorded; `none` and the default: none is. */
  readonly record?: string;
  /** Bytes of one recording; 0 means no limit; default 16 MiB. */
  readonly recordSize?: number;
  /** Recordings in the folder, beyond that the oldest are deleted; 0 means no limit; default 100. */
  readonly recordKeep?: number;
  /** Milliseconds without any message, either way, after which a WebSocket is closed with 1001; default Infinity. */
  readonly idleTimeout?: number;
  /** Milliseconds after which a WebSocket is closed with 1001, whatever it does; default Infinity. */
  readonly maxLifetime?: number;
  /**
   * Milliseconds that the connection of a client which speaks `stdws.resume.v1` waits for it when its transport has
   * broken; 0, the default, means that it ends with that.
   */
  readonly resume?: number;
  /**
   * Connections while other servers on the bus cannot be reached: their rooms go on with those who are here, or they
   * are closed with 1013, and new ones get 503; default `local`.
   */
  readonly away?: "local" | "close";
  /** Bytes of messages that are kept for such a client until it has acknowledged them; default 1 MiB. */
  readonly resumeBytes?: number;
}

/** A path and the handler behind it. */
export interface Route extends RouteOptions {
  /** A URLPattern path such as `/chat/:room`; `*` is every path. */
  readonly path: string;
  /** The handler that decides about its requests and connections. */
  readonly handler: Handler;
  /** Facts about that which a person may be told. */
  readonly info?: Pick<RouteInfo, "handler" | "framing">;
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

/** The place that a {@linkcode LiveRoute} has in its server. */
export interface RoutePlace extends EntryPlace {
  /** Wrong passwords and tokens at all of its routes; default: at this one. */
  readonly failures?: Failures;
}

/** A route that requests are matched against. */
export class LiveRoute {
  /** Of its handler; undefined where that takes no WebSockets. */
  readonly accept: Handler["accept"];
  /** Of its handler; undefined where that takes nothing but WebSockets. */
  readonly respond: Handler["respond"];
  /** Of its handler: whether there is something at a path for `accept`; undefined where it cannot say that. */
  readonly finds: Handler["finds"];
  /** Of its handler: whether that can serve at once; undefined where it always can. */
  readonly isReady: Handler["isReady"];
  /** Of its handler: what of it runs once among all servers. */
  readonly sole: Handler["sole"];
  /** Whether it takes connections without a WebSocket. */
  readonly http: boolean;
  /** Whether it may have an answer to what is no WebSocket. */
  readonly answers: boolean;
  readonly guards: readonly Guard[];
  /** The pages that may connect. */
  readonly origins: OriginRules;
  readonly options: RouteOptions;
  /** The pattern as it is written. */
  readonly path: string;
  /** Of its handler, which other routes may have as well. */
  readonly usage: Usage;
  /** Limits of how many may come to it. */
  readonly limits: EntryLimits;
  readonly info: RouteInfo;
  /** Counts what happens at it. */
  readonly meter: RouteMeter;
  readonly #pattern: Pattern | undefined;

  /**
   * Takes up a route.
   *
   * @throws {UsageError} If its path is no pattern.
   */
  constructor(route: Route, usage: Usage, place: RoutePlace = {}) {
    const { path, handler, info, ...options } = route;
    const { failures = new Failures() } = place;
    this.accept = acceptOf(handler);
    this.respond = handler.respond?.bind(handler);
    this.finds = handler.finds?.bind(handler);
    this.sole = handler.sole;
    this.isReady = handler.isReady?.bind(handler);
    this.http = options.http === true && this.accept !== undefined;
    this.answers = this.http || this.respond !== undefined;
    this.path = path;
    const { auth = [], guards = [] } = options;
    this.origins = originRules({
      ...options,
      ownPages: handler.ownPages,
      isGuarded: auth.length + guards.length > 0,
    });
    this.guards = [
      ...originGuard(this.origins),
      ...authGuard(options, failures),
      ...guards,
    ];
    this.options = options;
    this.usage = usage;
    this.limits = new EntryLimits(options, place);
    const framing = info?.framing ?? handler.framing;
    this.info = { path, ...info, framing, subprotocols: options.subprotocols };
    this.meter = place.meter ?? NO_METER.at(path);
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
    const route = this.#pattern ? this.path : "";
    return Object.freeze({ ...request, route, params: Object.freeze(params), subprotocol });
  }

  #find(target: string): Found | undefined {
    // As it was sent: an encoded slash is no end of a segment.
    const path = target.replace(/\?.*$/s, "").replace(UNRESERVED, decodeURIComponent);
    // A handler that looks for files resolves them as well: what a guard sees is what is found.
    const resolved = REWRITTEN.test(path) ? undefined : resolveDots(path);
    return resolved === undefined ? undefined : this.#pattern?.find(resolved);
  }
}

/** The `accept` of a handler, made of its `open` where it has only that; undefined where it has neither. */
export function acceptOf(handler: Handler): Handler["accept"] {
  if (handler.accept) return handler.accept.bind(handler);
  if (!handler.open) return undefined;
  return (request) => ({ open: (connection) => handler.open?.(connection, request) });
}
