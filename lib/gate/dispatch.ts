import { HandshakeError, LaunchError, messageOf } from "../base/errors.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import { ACCEPT_TIMEOUT, MAX_FORKS, MAX_FRAME_SIZE } from "../base/limits.ts";
import { type Associated, Log } from "../base/log.ts";
import { Permits } from "../base/permits.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import { httpLog, sessionLog } from "../base/session_log.ts";
import { shown } from "../base/shown.ts";
import { Roster } from "../connection/roster.ts";
import type { Header, Ticket } from "../connection/ticket.ts";
import type { Admission, Exchange, Place } from "../contract.ts";
import { LocalHub } from "../hub/local_hub.ts";
import { begun } from "./begun.ts";
import { expectRouteOptions } from "./expect_routes.ts";
import { checkHandshake } from "./handshake.ts";
import { Patience } from "./patience.ts";
import type { LiveRoute, Route, RouteOptions } from "./route.ts";
import { type Match, RouteTable } from "./route_table.ts";
import { offers } from "./subprotocol.ts";
import { checkedVerdict } from "./verdict.ts";

export type { Header };

/** Options of {@linkcode Dispatcher}. */
export interface DispatchOptions extends RouteOptions {
  /** Routes, of which the first that matches, and does what is asked for, wins. */
  readonly routes: readonly Route[];
  /** Permits for the processes that may run at once; default 1024. */
  readonly processes?: Permits;
  /** Finds the name of a client's address; default: the address stays. */
  readonly lookup?: (address: string) => Promise<string>;
  /** Headers of a 101 answer. */
  readonly headersWs?: readonly Header[];
  /** Headers of all other answers. */
  readonly headersHttp?: readonly Header[];
}

/** Makes connections and answers of requests, whichever engine brings them. */
export class Dispatcher {
  readonly roster = new Roster();
  readonly hub = new LocalHub();
  readonly #options: DispatchOptions;
  readonly #processes: Permits;
  readonly #ending = new AbortController();
  readonly #routes: RouteTable;

  constructor(options: DispatchOptions) {
    expectRouteOptions(options);
    this.#options = options;
    this.#processes = options.processes ?? new Permits(MAX_FORKS);
    const { guards, sameOrigin, origins, subprotocols, acceptMs, maxFrameSize, pingMs, lingerMs } =
      options;
    const defaults = {
      guards,
      sameOrigin,
      origins,
      subprotocols,
      acceptMs,
      maxFrameSize,
      pingMs,
      lingerMs,
    };
    this.#routes = new RouteTable(defaults as RouteOptions, this.#placeOf(new Log()));
    this.replaceRoutes(options.routes);
  }

  /**
   * Has other routes from now on. Connections stay with the handler that they have; one that no route has
   * any more is disposed when its last connection has ended. After `close`, nothing changes.
   *
   * @throws {UsageError} If one of them cannot work; then they stay as they were.
   */
  replaceRoutes(routes: readonly Route[]): void {
    this.#routes.replace(routes);
  }

  /** Whether a request asks for a WebSocket, and there are some. */
  opens({ headers }: IncomingRequest): boolean {
    return isUpgrade(headers) && this.#routes.accepts;
  }

  /** Decides about a request: an answer, or an upgrade. Never throws. */
  async dispatch(request: IncomingRequest, exchange: Exchange): Promise<Response | Ticket> {
    try {
      this.#expectOpen();
      if (this.opens(request)) return await this.#admit(request, exchange);
      return this.#answer(await this.#respond(request, exchange));
    } catch (error) {
      return this.refuse(sessionLog(request), error);
    }
  }

  /** Ends all connections and handlers; `deadline` in ms. */
  async close(code: number, reason: string, deadline: number): Promise<void> {
    this.#ending.abort();
    // Not after it: a process that stays when its clients have left is to be ended in that time, too.
    await Promise.all([this.roster.close(code, reason, deadline), this.#routes.dispose()]);
  }

  async #respond(asked: IncomingRequest, exchange: Exchange): Promise<Response> {
    const log = httpLog(asked);
    const left = () => exchange.left;
    for (const { route, request } of this.#routes.matches(asked, "respond")) {
      // How long an answer takes is its handler's business, but not how long a guard does.
      const patience = new Patience({ ms: 0, left });
      const response = await route.usage.during(async () => {
        const guards = this.#guard(route, request);
        const { refusal, request: known } = route.guards.length === 0
          ? await guards
          : await patienceOf(route, left).wait(guards, () => {});
        if (refusal) return refusal;
        const found = route.respond?.(known, exchange, this.#placeOf(log, patience));
        return isThenable(found)
          ? await patience.wait(Promise.resolve(found), (late) => discard(late, log))
          : found;
      });
      if (response !== undefined) return await this.#checked(response, request, log);
    }
    log.access("http", "NOT FOUND");
    return plain(404);
  }

  async #admit(asked: IncomingRequest, exchange: Exchange): Promise<Response | Ticket> {
    const { method, headers } = asked;
    checkHandshake(method, headers);
    const [match] = this.#routes.matches(asked, "accept");
    if (!match) throw new HandshakeError(404, `NOT FOUND: ${asked.path}`);
    const { route } = match;
    // Before anything is waited for: a handler that is replaced meanwhile must not be disposed.
    route.usage.enter();
    let admission: Admission | undefined;
    try {
      const patience = patienceOf(route, () => exchange.left);
      const { accepted, request, log } = await patience.wait(
        this.#accepted(match, patience),
        (late) => discard(late.accepted, late.log),
      );
      if (accepted instanceof Response) {
        const answer = this.#answer(await this.#checked(accepted, request, log));
        route.usage.leave();
        return answer;
      }
      admission = accepted;
      this.#expectOpen();
      if (typeof admission?.open !== "function") {
        throw new Error("It neither accepted nor refused the request: there is no method open");
      }
      return this.#ticket(request, route, admission, log);
    } catch (error) {
      discard(admission, sessionLog(asked));
      // Not before: this may be the handler's end.
      route.usage.leave();
      throw error;
    }
  }

  /** Asks the guards of a route, and then its handler. */
  async #accepted({ route, request: asked }: Match, patience: Patience): Promise<Accepted> {
    const { refusal, request: known } = await this.#guard(route, asked);
    const request = refusal ? known : await this.#named(known);
    const log = sessionLog(request);
    // Nobody is to start anything for a client that is gone.
    const accepted = refusal ??
      (patience.isOver ? undefined : await route.accept?.(request, this.#placeOf(log, patience)));
    return { accepted, request, log };
  }

  /** Has the guards of a route look at a request, one after the other. */
  async #guard(
    { guards }: LiveRoute,
    request: IncomingRequest,
  ): Promise<{ refusal?: Response; request: IncomingRequest }> {
    for (const guard of guards) {
      const found: unknown = guard.check(request);
      // Most know at once.
      const verdict = checkedVerdict(isThenable(found) ? await found : found);
      if (verdict instanceof Response) return { refusal: verdict, request };
      if (verdict) request = Object.freeze({ ...request, ...verdict });
    }
    return { request };
  }

  /** The request with the name of its client, where names are looked up. */
  async #named(request: IncomingRequest): Promise<IncomingRequest> {
    const { lookup } = this.#options;
    if (!lookup) return request;
    const host = await lookup(request.remote.address);
    return Object.freeze({ ...request, remote: { ...request.remote, host } });
  }

  #ticket(
    request: IncomingRequest,
    route: LiveRoute,
    admission: Admission,
    of: Log,
  ): Ticket {
    const { usage, options } = route;
    const subprotocol = admission.subprotocol ?? request.subprotocol;
    if (subprotocol && !offers(request.headers.get("sec-websocket-protocol"), subprotocol)) {
      throw new Error(`It chose the subprotocol "${subprotocol}", which the client does not offer`);
    }
    const log = admission.associated ? of.with(textsOf(admission.associated)) : of;
    return {
      request,
      log,
      headers: this.#headersWs(subprotocol),
      subprotocol,
      slow: admission.slow ?? "close",
      maxFrameSize: options.maxFrameSize ?? MAX_FRAME_SIZE,
      pingMs: options.pingMs ?? 0,
      lingerMs: options.lingerMs ?? 0,
      open: (connection) => admission.open(connection),
      abandon: () => {
        discard(admission, log);
        usage.leave();
      },
      left: () => usage.leave(),
    };
  }

  #headersWs(subprotocol: string): readonly Header[] {
    const { headersWs = [] } = this.#options;
    if (!subprotocol) return headersWs;
    // A second one would be an error to the client (RFC 6455 §11.3.4).
    const others = headersWs.filter(([name]) => name.toLowerCase() !== "sec-websocket-protocol");
    return [...others, ["Sec-WebSocket-Protocol", subprotocol]];
  }

  #placeOf(log: Log, patience?: Patience): Place {
    return {
      log,
      hub: this.hub,
      processes: this.#processes,
      signal: this.#ending.signal,
      // Most never ask for it.
      get left() {
        return patience?.signal ?? NEVER;
      },
    };
  }

  #expectOpen(): void {
    if (this.#ending.signal.aborted) throw new HandshakeError(503, "The server is shutting down");
  }

  /** An answer as an engine can send it, and to its end as far as that can be known. */
  #checked(response: unknown, { method }: IncomingRequest, log: Log): Response | Promise<Response> {
    const checked = checkedResponse(response);
    // Of the answer to a HEAD nobody reads the body.
    if (method === "HEAD") return checked;
    return begun(checked, (reason) => log.error("http", `The answer broke off: ${reason}`));
  }

  /** The answer to a request that failed, which is logged. Never throws. */
  refuse(log: Log, error: unknown): Response {
    try {
      return this.#refuse(log, error);
    } catch (failure) {
      // What was thrown cannot even be looked at, or is an answer that is none.
      log.error("session", `The handler failed: ${messageOf(failure)}`);
      return plain(500);
    }
  }

  #refuse(log: Log, error: unknown): Response {
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

/** Whether something is to be waited for: it need not be a Promise of the runtime's own. */
function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** An answer as an engine can send it: a handler of somebody's own may not have been checked for its types. */
function checkedResponse(response: unknown): Response {
  if (!(response instanceof Response)) {
    throw new TypeError(`An answer has to be a Response or undefined, not ${typeof response}`);
  }
  if (response.type === "error") throw new TypeError("Response.error() cannot be sent");
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("The body of the answer was read already");
  }
  for (const [name, value] of response.headers) {
    // Some that the runtime lets pass are no characters of a header (RFC 9110 §5.5).
    // deno-lint-ignore no-control-regex -- control characters are what it is about
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value) || name === "content-length" && !/^\d+$/.test(value)) {
      throw new TypeError(`The answer cannot have the header ${name}: ${shown(value)}`);
    }
  }
  return response;
}

/** Nothing comes of the decision of a handler. Never throws: an engine has nobody to tell. */
function discard(decision: Response | Admission | undefined, log: Log): void {
  const failed = (error: unknown) =>
    log.error("session", `The handler failed: ${messageOf(error)}`);
  try {
    const discarded: unknown = decision instanceof Response
      ? decision.body?.cancel()
      : decision?.abandon?.();
    if (discarded instanceof Promise) discarded.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** Facts as the log can write them: a handler of somebody's own may have a number for one. */
function textsOf(associated: Associated): Associated {
  const facts = Object.entries(associated).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(facts.map(([name, fact]) => [name, messageOf(fact)]));
}

function patienceOf({ options }: LiveRoute, left: () => AbortSignal): Patience {
  return new Patience({ ms: options.acceptMs ?? ACCEPT_TIMEOUT, left });
}

const NEVER = new AbortController().signal;

/** The decision of a handler about a request for an upgrade. */
interface Accepted {
  readonly accepted: Response | Admission | undefined;
  readonly request: IncomingRequest;
  readonly log: Log;
}
