import { HandshakeError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import type { Meter, RouteMeter } from "../base/meter.ts";
import type { Handler, IncomingRequest, Place, RouteInfo } from "../contract.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import { Failures } from "./auth/failures.ts";
import { expectRoutes } from "./expect_routes.ts";
import type { EntryLedger } from "./entry/entry_book.ts";
import { Visitors } from "./entry/visitors.ts";
import { LiveRoute, type Route, type RouteOptions } from "./route.ts";
import { otherSpelling } from "./other_spelling.ts";
import { Usage } from "./usage.ts";

/** A route and the request with what its pattern has found. */
export interface Match {
  readonly route: LiveRoute;
  readonly request: IncomingRequest;
}

/** Parts of the server that a {@linkcode RouteTable} needs. */
export interface RouteTableOptions {
  readonly meter: Meter;
  /** Knows who is at a route of all servers that are one, and who has guessed; default: this is the only one. */
  readonly ledger?: EntryLedger | undefined;
  /** The place that a handler is started with. */
  placeOf(meter: RouteMeter): Place;
}

/** The routes of a server, and the handlers behind them: each is started once and disposed once. */
export class RouteTable {
  readonly #defaults: RouteOptions;
  readonly #options: RouteTableOptions;
  #routes: readonly LiveRoute[] = [];
  readonly #usages = new Map<Handler, Usage>();
  readonly #failures: Failures;
  #authenticators: ReadonlySet<Authenticator> = new Set();
  /** Counts of who is at a route, by its path and the name of its handler: they stay where its options change. */
  #visitors: ReadonlyMap<string, Visitors> = new Map();
  #disposed = false;

  /** @param defaults Options of routes that say nothing else. */
  constructor(defaults: RouteOptions, options: RouteTableOptions) {
    this.#defaults = defaults;
    this.#options = options;
    this.#failures = new Failures(options.ledger?.failures);
  }

  /**
   * Has other routes from now on; after `dispose`, nothing changes.
   *
   * @throws {UsageError} If one of them cannot work; then they stay as they were.
   */
  replace(routes: readonly Route[]): void {
    // Nobody would end what their handlers start.
    if (this.#disposed) return;
    expectRoutes(routes);
    const visitors = new Map<string, Visitors>();
    this.#routes = routes.map((route) => {
      const meter = this.#options.meter.at(route.path);
      const usage = this.#usageOf(route.handler, meter);
      const key = `${route.path} ${route.info?.handler ?? ""}`;
      const there = visitors.get(key) ?? this.#visitors.get(key) ?? new Visitors();
      visitors.set(key, there);
      const options = { ...this.#defaults, ...saidBy(route) };
      return new LiveRoute(options, usage, {
        meter,
        visitors: there,
        book: this.#options.ledger?.at(key),
        failures: this.#failures,
      });
    });
    // The next routes may have it again.
    for (const [key, there] of this.#visitors) if (there.size > 0) visitors.set(key, there);
    this.#visitors = visitors;
    const current = new Set(routes.map((route) => route.handler));
    for (const [handler, usage] of this.#usages) if (!current.has(handler)) usage.retire();
    const before = this.#authenticators;
    this.#authenticators = this.#authenticatorsOf(this.#routes);
    for (const one of before) if (!this.#authenticators.has(one)) disposeOf(one);
  }

  /** Whether any route takes WebSockets. */
  get accepts(): boolean {
    return this.#routes.some((route) => route.accept);
  }

  /** Patterns of the routes whose handlers cannot serve at once. */
  get unready(): readonly string[] {
    return this.#routes.filter((route) => route.isReady?.() === false).map(({ path }) => path);
  }

  /** The first route of a pattern that is such a one. */
  find(path: string, isIt: (route: LiveRoute) => unknown): LiveRoute | undefined {
    return this.#routes.find((route) => route.path === path && isIt(route));
  }

  /** All routes. */
  [Symbol.iterator](): Iterator<LiveRoute> {
    return this.#routes[Symbol.iterator]();
  }

  /** Facts about the routes that take WebSockets, for people. */
  get infos(): readonly RouteInfo[] {
    return this.#routes.filter(({ accept }) => accept).map(({ info }) => info);
  }

  /**
   * The routes that match, the first of them first.
   *
   * @param does What they have to do: take WebSockets, or answer something.
   * @throws {HandshakeError} If what a pattern has found has a NUL in it (400), or the path is another spelling of
   * one that guards look at (404).
   */
  *matches(request: IncomingRequest, does: "accept" | "answers"): Iterable<Match> {
    const other = otherSpelling(request.target);
    for (const route of this.#routes) {
      if (!route[does]) continue;
      const matched = route.match(request);
      if (matched) yield { route, request: matched };
      else if (other && route.guards.length > 0 && route.match({ ...request, target: other })) {
        // What is behind another route may take it for the same: nobody is to get there past the guards.
        throw new HandshakeError(404, `NOT FOUND: ${request.path} would be ${other}`);
      }
    }
  }

  /** Disposes of all handlers, and of what finds out who clients are. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([
      ...Array.from(this.#usages.values(), (usage) => usage.dispose()),
      ...Array.from(this.#authenticators, disposeOf),
    ]);
  }

  #authenticatorsOf(routes: readonly LiveRoute[]): Set<Authenticator> {
    // Those of the server stay, because another route may have no others.
    return new Set([
      ...this.#defaults.auth ?? [],
      ...routes.flatMap(({ options }) => options.auth ?? []),
    ]);
  }

  #usageOf(handler: Handler, meter: RouteMeter): Usage {
    const known = this.#usages.get(handler);
    if (known?.resume()) return known;
    const usage = new Usage(handler);
    this.#usages.set(handler, usage);
    usage.ended.then(() => {
      // Unless it was taken up again meanwhile.
      if (this.#usages.get(handler) === usage) this.#usages.delete(handler);
    });
    usage.start(this.#options.placeOf(meter));
    return usage;
  }
}

/** Ends what an authenticator does by itself. Never rejects. */
async function disposeOf(authenticator: Authenticator): Promise<void> {
  try {
    await authenticator[Symbol.asyncDispose]();
  } catch (error) {
    logThrown(new Log(), "server", "An authenticator did not end", error);
  }
}

/** A route without what is undefined, which is not said: it must not take the place of what the server has. */
function saidBy(route: Route): Route {
  const said = Object.entries(route).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as unknown as Route;
}
