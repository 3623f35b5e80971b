import type { Handler, IncomingRequest, Place } from "../contract.ts";
import { expectRoutes } from "./expect_routes.ts";
import { LiveRoute, type Route, type RouteOptions } from "./route.ts";
import { Usage } from "./usage.ts";

/** A route and the request with what its pattern has found. */
export interface Match {
  readonly route: LiveRoute;
  readonly request: IncomingRequest;
}

/** The routes of a server, and the handlers behind them: each is started once and disposed once. */
export class RouteTable {
  readonly #defaults: RouteOptions;
  readonly #place: Place;
  #routes: readonly LiveRoute[] = [];
  readonly #usages = new Map<Handler, Usage>();
  #disposed = false;

  /**
   * @param defaults Options of routes that say nothing else.
   * @param place The place that a handler is started with.
   */
  constructor(defaults: RouteOptions, place: Place) {
    this.#defaults = defaults;
    this.#place = place;
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
    this.#routes = routes.map((route) => {
      return new LiveRoute({ ...this.#defaults, ...saidBy(route) }, this.#usageOf(route.handler));
    });
    const current = new Set(routes.map((route) => route.handler));
    for (const [handler, usage] of this.#usages) if (!current.has(handler)) usage.retire();
  }

  /** Whether any route takes WebSockets. */
  get accepts(): boolean {
    return this.#routes.some((route) => route.accept);
  }

  /**
   * The routes that match, the first of them first.
   *
   * @param does The method that their handlers have to have.
   * @throws {HandshakeError} If what a pattern has found has a NUL in it (400).
   */
  *matches(request: IncomingRequest, does: "accept" | "respond"): Iterable<Match> {
    for (const route of this.#routes) {
      const matched = route[does] && route.match(request);
      if (matched) yield { route, request: matched };
    }
  }

  /** Disposes of all handlers. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all(Array.from(this.#usages.values(), (usage) => usage.dispose()));
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
    usage.start(this.#place);
    return usage;
  }
}

/** A route without what is undefined, which is not said: it must not take the place of what the server has. */
function saidBy(route: Route): Route {
  const said = Object.entries(route).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as unknown as Route;
}
