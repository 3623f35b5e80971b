import { HandshakeError, LaunchError, messageOf } from "../base/errors.ts";
import { MAX_FRAME_SIZE } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import { decodePath, type IncomingRequest } from "../base/request.ts";
import type { Exchange, Responder } from "../base/responder.ts";
import { httpLog, sessionLog } from "../base/session_log.ts";
import type { Connection, Handler, Preparation, Session } from "../handlers/handler.ts";
import { checkHandshake, isUpgrade } from "./handshake.ts";
import { checkOrigin, type OriginOptions } from "./origin.ts";
import { Roster } from "./roster.ts";

/** A path and the handler behind it. */
export interface Route {
  /** A URLPattern path such as `/chat/:room`; `*` is every path. */
  readonly path: string;
  /** What decides about its connections. */
  readonly handler: Handler;
}

/** How requests become connections. */
export interface DispatchOptions extends OriginOptions {
  /** The first that matches wins. */
  readonly routes: readonly Route[];
  /** Asked in turn for an answer to what is no request for an upgrade; 404 where none has one. */
  readonly responders?: readonly Responder[];
  /** Finds the name of a client's address; default: the address stays. */
  readonly lookup?: (address: string) => Promise<string>;
  /** Headers of a 101 answer. */
  readonly headersWs?: readonly Header[];
  /** Headers of all other answers. */
  readonly headersHttp?: readonly Header[];
  /** Bytes of a message; 0 means no limit; default 1 MiB. */
  readonly maxFrameSize?: number;
  /** Milliseconds between pings; a client that is silent for twice that is dropped; 0, the default, means none. */
  readonly pingMs?: number;
}

/** Name and value. */
export type Header = readonly [name: string, value: string];

/** An upgrade that an engine shall carry out: exactly one of `open` and `abandon` follows. */
export interface Ticket {
  readonly request: IncomingRequest;
  readonly log: Log;
  open(connection: Connection): Session | void;
  abandon(): void;
}

/** What is done with requests, whichever engine brings them. */
export class Dispatcher {
  readonly roster = new Roster();
  readonly maxFrameSize: number;
  readonly pingMs: number;
  readonly headersWs: readonly Header[];
  readonly #options: DispatchOptions;
  #closing = false;
  readonly #routes: readonly { pattern: URLPattern | undefined; handler: Handler }[];

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.maxFrameSize = options.maxFrameSize ?? MAX_FRAME_SIZE;
    this.pingMs = options.pingMs ?? 0;
    this.headersWs = options.headersWs ?? [];
    this.#routes = options.routes.map(({ path, handler }) => ({
      pattern: path === "*" ? undefined : new URLPattern({ pathname: path }),
      handler,
    }));
  }

  /** Whether a request asks for a WebSocket, and there are some. */
  opens({ headers }: IncomingRequest): boolean {
    return this.#routes.length > 0 && isUpgrade(headers);
  }

  /** Decides about a request: an answer, or an upgrade. Never throws. */
  async dispatch(request: IncomingRequest, exchange: Exchange): Promise<Response | Ticket> {
    try {
      if (this.#closing) throw new HandshakeError(503, "The server is shutting down");
      if (this.opens(request)) return await this.#admit(request);
      return this.#answer(await this.#respond(request, exchange));
    } catch (error) {
      return this.refuse(sessionLog(request), error);
    }
  }

  /** Ends all connections and handlers; `deadline` in ms. */
  async close(code: number, reason: string, deadline: number): Promise<void> {
    this.#closing = true;
    await this.roster.close(code, reason, deadline);
    const parts = new Set<Partial<AsyncDisposable>>(this.#routes.map((route) => route.handler));
    for (const responder of this.#options.responders ?? []) parts.add(responder);
    await Promise.all(Array.from(parts, (part) => part[Symbol.asyncDispose]?.()));
  }

  async #respond(request: IncomingRequest, exchange: Exchange): Promise<Response> {
    for (const responder of this.#options.responders ?? []) {
      const response = await responder.respond(request, exchange);
      if (response) return response;
    }
    httpLog(request).access("http", "NOT FOUND");
    return plain(404);
  }

  async #admit(request: IncomingRequest): Promise<Response | Ticket> {
    const { method, headers, host, secure } = request;
    checkHandshake(method, headers);
    checkOrigin({ origin: headers.get("origin"), host, secure }, this.#options);
    const route = this.#route(request);
    request = route.request;
    if (this.#options.lookup) {
      const name = await this.#options.lookup(request.remote.address);
      request = { ...request, remote: { ...request.remote, host: name } };
    }
    const { handler } = route;
    const prepared: Preparation = await handler.prepare?.(request);
    if (prepared instanceof Response) return this.#answer(prepared);
    if (this.#closing) {
      prepared?.abandon?.();
      throw new HandshakeError(503, "The server is shutting down");
    }
    const log = sessionLog(request);
    return {
      request,
      log: prepared?.associated ? log.with(prepared.associated) : log,
      open: (connection) =>
        prepared?.open ? prepared.open(connection) : handler.open(connection, request),
      abandon: () => prepared?.abandon?.(),
    };
  }

  #route(request: IncomingRequest): { handler: Handler; request: IncomingRequest } {
    for (const { pattern, handler } of this.#routes) {
      if (!pattern) return { handler, request };
      // As it was sent: an encoded slash is no end of a segment.
      const match = pattern.exec({ pathname: request.target.replace(/\?.*$/s, "") });
      if (!match) continue;
      const params: Record<string, string> = {};
      for (const [name, value] of Object.entries(match.pathname.groups)) {
        params[name] = decodePath(value ?? "");
      }
      return { handler, request: { ...request, params } };
    }
    throw new HandshakeError(404, `NOT FOUND: ${request.path}`);
  }

  /** The answer to a request that failed, which is logged. */
  refuse(log: Log, error: unknown): Response {
    if (error instanceof HandshakeError) {
      const { status, message } = error;
      if (status === 429) log.error("http", message);
      else log.access("session", status === 404 ? message : `Unable to Upgrade: ${message}`);
      return this.#answer(plain(status, error.headers));
    }
    if (error instanceof LaunchError) {
      log.with({ command: error.program }).error("process", error.message);
    } else log.error("session", `The handler failed: ${messageOf(error)}`);
    return this.#answer(plain(500));
  }

  /** Adds the headers of `--header` and `--header-http`. */
  #answer(response: Response): Response {
    const { headersHttp = [] } = this.#options;
    if (headersHttp.length === 0) return response;
    const headers = new Headers(response.headers);
    for (const [name, value] of headersHttp) headers.append(name, value);
    return new Response(response.body, { status: response.status, headers });
  }
}
