import type { Span } from "npm:@opentelemetry/api@1.10.0";
import { descriptors } from "../base/descriptors.ts";
import { LimitError } from "../base/errors.ts";
import { FloodLog } from "../base/flood_log.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import { MAX_FORKS } from "../base/limits.ts";
import { Log } from "../base/log.ts";
import { type Meter, NO_METER } from "../base/meter.ts";
import { Permits } from "../base/permits.ts";
import type { IncomingRequest } from "../base/request.ts";
import { Rounds } from "../base/rounds.ts";
import { whenSent } from "../base/sent.ts";
import { traceRequest } from "../base/tracing/trace_request.ts";
import { connectionOf } from "../connection/connection_of.ts";
import { Recordings } from "../connection/record/recordings.ts";
import { Sessions } from "../connection/resume/sessions.ts";
import { Roster } from "../connection/roster.ts";
import type { Ticket } from "../connection/ticket.ts";
import type { Hub } from "../contract.ts";
import { BusHub } from "../hub/bus_hub.ts";
import { LocalHub } from "../hub/local_hub.ts";
import { BasePath } from "./base_path.ts";
import type { Brought } from "./brought.ts";
import type { DispatchOptions } from "./dispatch_options.ts";
import { Entrance } from "./entrance.ts";
import { EntryLimits } from "./entry_limits.ts";
import { expectProxyOptions, expectRouteOptions } from "./expect_routes.ts";
import type { Gate } from "./gate.ts";
import { Places } from "./places.ts";
import { Forwarding } from "./proxy/forwarding.ts";
import { RecentRefusals } from "./recent_refusals.ts";
import { Reception } from "./reception.ts";
import type { Asked } from "./refusal.ts";
import { RelayGate } from "./relay/relay_gate.ts";
import { takeOffer } from "./resume_offer.ts";
import type { Route } from "./route.ts";
import { RouteTable } from "./route_table.ts";
import { tellOfAnswer } from "./tell_of_answer.ts";
import { Visit } from "./visit.ts";

/** The part of a request that says whether it is one for an upgrade. */
export interface UpgradeHead {
  readonly method: string;
  readonly headers: Pick<Headers, "get">;
}

/** Makes connections and answers of requests, whichever engine brings them. */
export class Dispatcher {
  readonly roster = new Roster();
  readonly hub: Hub & Partial<Disposable>;
  /** Sessions that survive their transports. */
  readonly sessions: Sessions;
  readonly meter: Meter;
  /** The proxies that are believed; undefined where there are none. */
  readonly forwarding: Forwarding | undefined;
  /** The prefix of all paths. */
  readonly basePath: BasePath;
  readonly floodLog = new FloodLog();
  readonly rounds = new Rounds();
  readonly recordings = new Recordings();
  readonly #lookup: DispatchOptions["lookup"];
  readonly #entrance: Entrance;
  readonly ended: DispatchOptions["ended"];
  readonly #ending = new AbortController();
  readonly #routes: RouteTable;
  readonly #relay: RelayGate | undefined;
  readonly #reception: Reception;

  constructor(options: DispatchOptions) {
    expectRouteOptions(options);
    expectProxyOptions(options);
    const {
      routes,
      processes = new Permits(MAX_FORKS),
      ledger,
      meter = NO_METER,
      lookup,
      once = false,
      ended,
      headersWs = [],
      headersHttp = [],
      maxConnections,
      maxPerIp,
      connectRate,
      trustProxy,
      proxyHeaders = "x-forwarded",
      basePath = "",
      bus,
      ...defaults
    } = options;
    this.sessions = new Sessions({ server: bus?.self });
    this.forwarding = trustProxy && new Forwarding({ trustProxy, proxyHeaders });
    this.basePath = new BasePath(basePath);
    this.hub = bus ? new BusHub(bus, meter) : new LocalHub();
    this.meter = meter;
    this.#lookup = lookup;
    this.#entrance = new Entrance(once);
    this.ended = ended;
    const { signal } = this.#ending;
    const refusals = new RecentRefusals();
    const places = new Places({
      hub: this.hub,
      processes,
      signal,
      isJoined: bus !== undefined,
      refusals,
      routes: () => this.#routes.infos,
    });
    this.#routes = new RouteTable(defaults, {
      meter,
      ledger,
      placeOf: (counts) => places.of(new Log(), counts),
    });
    const gate: Gate = {
      routes: this.#routes,
      sessions: this.sessions,
      headersWs,
      placeOf: (...asked) => places.of(...asked),
      named: (request) => this.#named(request),
      takeConnection: () => this.#entrance.take(),
      expectOpen: () => this.#entrance.expectOpen(),
      connect: (transport, ticket) => connectionOf(transport, ticket, this),
    };
    this.#relay = bus && new RelayGate(bus, { gate, roster: this.roster });
    this.#reception = new Reception({
      gate: this.#relay ? { ...gate, relay: this.#relay.front } : gate,
      entrance: this.#entrance,
      limits: new EntryLimits({ maxConnections, maxPerIp, connectRate }, {
        book: ledger?.at(""),
        meter: meter.at(undefined),
      }),
      basePath: this.basePath,
      refusals,
      meter,
      floodLog: this.floodLog,
      headersHttp,
      signal,
    });
    this.replaceRoutes(routes);
  }

  /**
   * Has other routes from now on. Connections stay with the handler that they have; one that no route has
   * any more is disposed when its last connection has ended. After `close`, nothing changes.
   *
   * @throws {UsageError} If one of them cannot work; then they stay as they were.
   */
  replaceRoutes(routes: readonly Route[]): void {
    this.#routes.replace(routes);
    this.#relay?.keepAhead(this.#routes);
  }

  /** Patterns of the routes whose handlers cannot serve at once. */
  get unready(): readonly string[] {
    return this.#routes.unready;
  }

  /** Whether a request asks for a WebSocket, and there are some. */
  opens({ method, headers }: UpgradeHead): boolean {
    return method === "GET" && isUpgrade(headers) && this.#routes.accepts;
  }

  /**
   * Checks that there are descriptors for another request; to be asked before each.
   *
   * @param isFew Whether there are too few of them for another reason.
   * @throws {LimitError} If there are not (503).
   */
  expectDescriptors(isFew = false): void {
    if (!isFew && !descriptors.few) return;
    this.meter.at(undefined).limited("descriptors");
    throw new LimitError("descriptors", "The server has too few descriptors left", {
      status: 503,
      // It has one itself.
      headers: { Connection: "close" },
    });
  }

  /**
   * Decides about a request: an answer, or an upgrade. Never throws.
   *
   * @param span Of the runtime, where that has made one of the request.
   */
  async dispatch(
    sent: IncomingRequest,
    exchange: Brought,
    span?: Span,
  ): Promise<Response | Ticket> {
    // Before anybody else sees it.
    const offered = takeOffer(sent);
    const asked = offered?.request ?? sent;
    const upgrades = this.opens(asked);
    const trace = traceRequest(asked, { upgrades, span });
    const known = trace ? Object.freeze({ ...asked, trace }) : asked;
    const visit = new Visit(known, upgrades, offered?.offer);
    this.#entrance.begin();
    const decision = await this.#reception.decide(visit, exchange);
    if (visit.upgrades) this.#entrance.end();
    else this.#whenOut(exchange, visit);
    trace?.decided(visit.route, decision instanceof Response ? decision.status : 101);
    if (trace && !span && decision instanceof Response) {
      whenSent(decision, ({ whole }) => trace.answered(whole));
    }
    if (!visit.upgrades && decision instanceof Response) tellOfAnswer(visit, decision);
    return decision;
  }

  /** A plain request is there until its answer is out. */
  #whenOut(exchange: Brought, visit: Visit): void {
    const over = () => {
      visit.leave();
      this.#entrance.end();
    };
    if (exchange.finished) exchange.finished(over);
    else over();
  }

  /** The answer to a request that failed, which is logged. Never throws. */
  refuse(asked: Asked, error: unknown): Response {
    return this.#reception.refuse(asked, error);
  }

  /** The reason why no connections are taken, of which the server is the subject; undefined where they are. */
  get refuses(): string | undefined {
    return this.#entrance.refuses;
  }

  /** Milliseconds for which there has been no request and no connection; 0 while there is one. */
  get quietMs(): number {
    return Math.min(this.#entrance.quietMs, this.roster.emptyMs);
  }

  /** The number of requests whose answers are not out yet. */
  get requests(): number {
    return this.#entrance.underWay;
  }

  /** Takes no connections any more, and answers all else; resolves when there is neither a connection nor a request. */
  async drain(): Promise<void> {
    this.#entrance.close("is draining");
    await this.#relay?.drain();
    // A request may have become a connection meanwhile.
    while (this.requests > 0 || this.roster.size > 0) {
      await this.#entrance.quiet();
      await this.roster.emptied();
    }
  }

  /** Ends all connections and handlers; `deadline` in ms. */
  async close(code: number, reason: string, deadline: number): Promise<void> {
    this.#entrance.close("is shutting down");
    this.#ending.abort();
    this.sessions.close();
    this.#relay?.leave();
    // Not after it: a process that stays when its clients have left is to be ended in that time, too.
    await Promise.all([
      this.roster.close(code, reason, deadline),
      this.#routes.dispose(),
      this.#relay?.close(),
    ]);
    this.#relay?.[Symbol.dispose]();
    this.hub[Symbol.dispose]?.();
    await this.recordings.close();
    this.floodLog.flush();
  }

  async #named(request: IncomingRequest): Promise<IncomingRequest> {
    if (!this.#lookup) return request;
    const host = await this.#lookup(request.remote.address);
    return Object.freeze({ ...request, remote: { ...request.remote, host } });
  }
}
