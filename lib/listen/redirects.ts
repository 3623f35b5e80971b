import type { Meter } from "../base/meter.ts";
import { Dispatcher } from "../gate/dispatch.ts";
import type { DispatchOptions } from "../gate/dispatch_options.ts";
import type { EntryOptions } from "../gate/entry_limits.ts";
import type { ForwardingOptions } from "../gate/proxy/forwarding.ts";
import { redirect, type RedirectOptions } from "../handlers/redirect.ts";

/** The label of what is redirected, which is the pattern of no route. */
const LABEL = "redirport";

/** Options of {@linkcode Redirects}. */
export interface RedirectsOptions extends ForwardingOptions, EntryOptions {
  /** Counts what the server does. */
  readonly meter: Meter;
}

/**
 * The ports that redirect to those of a server, with its limits for who comes in. They are counted apart: who is
 * redirected comes again at once, and must not have used up what lets it in there.
 */
export class Redirects {
  readonly #options: Omit<DispatchOptions, "routes">;
  /** By the port that they lead to: two addresses with the same are one to their clients. */
  readonly #dispatchers = new Map<number, Dispatcher>();

  constructor(
    { meter, trustProxy, proxyHeaders, maxConnections, maxPerIp, connectRate }: RedirectsOptions,
  ) {
    this.#options = {
      ...(trustProxy ? { trustProxy } : {}),
      ...(proxyHeaders ? { proxyHeaders } : {}),
      maxConnections,
      maxPerIp,
      connectRate,
      meter: { at: () => meter.at(LABEL), tlsFailed() {} },
    };
  }

  /** Answers requests by the way to a port. */
  to(target: RedirectOptions): Dispatcher {
    const known = this.#dispatchers.get(target.port);
    if (known) return known;
    const routes = [{ path: "*", handler: redirect(target) }];
    const dispatcher = new Dispatcher({ ...this.#options, routes });
    this.#dispatchers.set(target.port, dispatcher);
    return dispatcher;
  }

  /** Has the log say what is left to be said. */
  async close(): Promise<void> {
    const all = Array.from(this.#dispatchers.values());
    await Promise.all(all.map((dispatcher) => dispatcher.close(1001, "", 0)));
  }
}
