import { HandshakeError, LaunchError, messageOf } from "../base/errors.ts";
import { MAX_FRAME_SIZE } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Exchange, Responder } from "../base/responder.ts";
import { httpLog, sessionLog } from "../base/session_log.ts";
import type { Admission, Connection, Handler, Session } from "../handlers/handler.ts";
import type { Recipient } from "../handlers/recipient.ts";
import { Rooms } from "../handlers/rooms.ts";
import { checkHandshake, isUpgrade } from "./handshake.ts";
import { checkOrigin, type OriginOptions } from "./origin.ts";
import { Roster } from "./roster.ts";
import { LiveRoute, parsePattern, type Route, type RouteOptions } from "./route.ts";
import { offers } from "./subprotocol.ts";
import { Usage } from "./usage.ts";

/** How requests become connections. */
export interface DispatchOptions extends OriginOptions, RouteOptions {
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
}

/** Name and value. */
export type Header = readonly [name: string, value: string];

/** An upgrade that an engine shall carry out: exactly one of `open` and `abandon` follows. */
export interface Ticket {
  readonly request: IncomingRequest;
  readonly log: Log;
  /** Headers of the 101 answer. */
  readonly headers: readonly Header[];
  /** What was agreed on, empty where there is none; its header is among the others. */
  readonly subprotocol: string;
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /** Of its handler; after `open`, the connection says when it leaves. */
  readonly usage: Usage;
  open(connection: Connection): Session | void;
  abandon(): void;
}

/** What is done with requests, whichever engine brings them. */
export class Dispatcher {
  readonly roster = new Roster();
  /** Where connections meet by `join` and `publish`. */
  readonly rooms = new Rooms<Recipient>();
  readonly #options: DispatchOptions;
  #closing = false;
  #routes: readonly LiveRoute[] = [];
  readonly #usages = new Map<Handler, Usage>();

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.replaceRoutes(options.routes);
  }

  /**
   * Has other routes from now on. Connections stay with the handler that they have; one that no route has
   * any more is disposed when its last connection has ended. After `close`, nothing changes.
   *
   * @throws {UsageError} If a path is no pattern; then they stay as they were.
   */
  replaceRoutes(routes: readonly Route[]): void {
    // Nobody would end what their handlers start.
    if (this.#closing) return;
    for (const { path } of routes) parsePattern(path, "routes");
    const { origins, subprotocols, maxFrameSize, pingMs } = this.#options;
    const defaults = { origins, subprotocols, maxFrameSize, pingMs };
    this.#routes = routes.map((route) => {
      return new LiveRoute({ ...defaults, ...route } as Route, this.#usageOf(route.handler));
    });
    const current = new Set(routes.map((route) => route.handler));
    for (const [handler, usage] of this.#usages) if (!current.has(handler)) usage.retire();
  }

  #usageOf(handler: Handler): Usage {
    const known = this.#usages.get(handler);
    if (known?.resume()) return known;
    const usage = new Usage(handler);
    this.#usages.set(handler, usage);
    usage.ended.then(() => {
      // Unless it was taken up again meanwhile.
      if (this.#usages.get(handler) === usage) this.#usages.delete(handler);
    });
    usage.start();
    return usage;
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
    const parts = [this.roster.close(code, reason, deadline)];
    // Not after it: a process that stays when its clients have left is to be ended in that time, too.
    for (const usage of this.#usages.values()) parts.push(usage.dispose());
    for (const responder of new Set(this.#options.responders)) {
      const ended = responder[Symbol.asyncDispose]?.();
      if (ended) parts.push(ended);
    }
    await Promise.all(parts);
  }

  async #respond(request: IncomingRequest, exchange: Exchange): Promise<Response> {
    for (const responder of this.#options.responders ?? []) {
      const response = await responder.respond(request, exchange);
      if (response) return response;
    }
    httpLog(request).access("http", "NOT FOUND");
    return plain(404);
  }

  async #admit(asked: IncomingRequest): Promise<Response | Ticket> {
    const { method, headers, host, secure } = asked;
    checkHandshake(method, headers);
    const { route, request: matched } = this.#match(asked);
    const { sameOrigin } = this.#options;
    checkOrigin({ origin: headers.get("origin"), host, secure }, {
      ...route.options,
      ...(sameOrigin ? { sameOrigin } : {}),
    });
    const { handler, usage } = route;
    // Before anything is waited for: a handler that is replaced meanwhile must not be disposed.
    usage.enter();
    let admission: Admission = {};
    try {
      const request = await this.#named(matched);
      const prepared = await handler.prepare?.(request);
      if (prepared instanceof Response) {
        const answer = this.#answer(prepared);
        usage.leave();
        return answer;
      }
      admission = prepared ?? {};
      if (this.#closing) throw new HandshakeError(503, "The server is shutting down");
      return this.#ticket(request, route, admission);
    } catch (error) {
      abandon(admission, usage, sessionLog(asked));
      throw error;
    }
  }

  #match(request: IncomingRequest): { route: LiveRoute; request: IncomingRequest } {
    for (const route of this.#routes) {
      const matched = route.match(request);
      if (matched) return { route, request: matched };
    }
    throw new HandshakeError(404, `NOT FOUND: ${request.path}`);
  }

  /** The request with the name of its client, where names are looked up. */
  async #named(request: IncomingRequest): Promise<IncomingRequest> {
    const { lookup } = this.#options;
    if (!lookup) return request;
    const host = await lookup(request.remote.address);
    return Object.freeze({ ...request, remote: { ...request.remote, host } });
  }

  #ticket(request: IncomingRequest, route: LiveRoute, admission: Admission): Ticket {
    const { handler, usage, options } = route;
    const subprotocol = admission.subprotocol ?? request.subprotocol;
    if (subprotocol && !offers(request.headers.get("sec-websocket-protocol"), subprotocol)) {
      throw new Error(`It chose the subprotocol "${subprotocol}", which the client does not offer`);
    }
    const log = sessionLog(request).with(admission.associated ?? {});
    return {
      request,
      log,
      headers: this.#headersWs(subprotocol),
      subprotocol,
      maxFrameSize: options.maxFrameSize ?? MAX_FRAME_SIZE,
      pingMs: options.pingMs ?? 0,
      usage,
      open: (connection) =>
        admission.open ? admission.open(connection) : handler.open(connection, request),
      abandon: () => abandon(admission, usage, log),
    };
  }

  #headersWs(subprotocol: string): readonly Header[] {
    const { headersWs = [] } = this.#options;
    if (!subprotocol) return headersWs;
    // A second one would be an error to the client (RFC 6455 §11.3.4).
    const others = headersWs.filter(([name]) => name.toLowerCase() !== "sec-websocket-protocol");
    return [...others, ["Sec-WebSocket-Protocol", subprotocol]];
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

/** The upgrade does not come about. Never throws: an engine has nobody to tell. */
function abandon(admission: Admission, usage: Usage, log: Log): void {
  const failed = (error: unknown) =>
    log.error("session", `The handler failed: ${messageOf(error)}`);
  try {
    const abandoned: unknown = admission.abandon?.();
    if (abandoned instanceof Promise) abandoned.catch(failed);
  } catch (error) {
    failed(error);
  }
  // Not before: this may be the handler's end.
  usage.leave();
}
