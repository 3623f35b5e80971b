import type { Log } from "../base/log.ts";
import type { RouteMeter } from "../base/meter.ts";
import type { Permits } from "../base/permits.ts";
import type { Hub, Overview, Place, Returning, RouteInfo } from "../contract.ts";
import type { Patience } from "./patience.ts";
import type { RecentRefusals } from "./recent_refusals.ts";

/** The parts of a server that all of its handlers may use. */
export interface PlacesOptions {
  readonly hub: Hub;
  readonly processes: Permits;
  /** Aborts when the server is ending. */
  readonly signal: AbortSignal;
  /** Whether the server is one of several. */
  readonly isJoined: boolean;
  readonly refusals: RecentRefusals;
  /** The routes that it has now, as a person may see them. */
  routes(): readonly RouteInfo[];
}

/** Makes the {@linkcode Place} that a handler is asked with. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #overview: Overview;

  constructor(options: PlacesOptions) {
    this.#options = options;
    const { refusals } = options;
    this.#overview = {
      get routes() {
        return options.routes();
      },
      refusal: (...asked) => refusals.find(...asked),
    };
  }

  /**
   * @param patience With one request, which somebody waits for; default: it is about none.
   * @param returns Of a client that has been served before.
   */
  of(log: Log, meter: RouteMeter, patience?: Patience, returns?: Returning): Place {
    const { hub, processes, signal, isJoined } = this.#options;
    return {
      meter,
      overview: this.#overview,
      log,
      hub,
      isJoined,
      ...(returns && { returns }),
      processes,
      signal,
      // Most never ask for it.
      get left() {
        return patience?.signal ?? NEVER;
      },
    };
  }
}

const NEVER = new AbortController().signal;
