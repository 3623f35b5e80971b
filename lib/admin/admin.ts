import { within } from "../base/within.ts";
import type { Bus } from "../bus/bus.ts";
import { Dispatcher } from "../gate/dispatch.ts";
import type { Route } from "../gate/route.ts";
import { engineFor, type EngineOptions } from "../listen/choose_engine.ts";
import { listen, type Listening, type ListenOptions } from "../listen/listen.ts";
import type { AdminPlace } from "../options/admin_place.ts";
import { type AdminOptions, expectSafe } from "./admin_options.ts";
import { adminRoutes, answersFor, type Watched } from "./admin_routes.ts";
import { expectOwnHost } from "../gate/expect_own_host.ts";
import { Metrics } from "./metrics.ts";
import { QuietTimes } from "./quiet_times.ts";

// How long its end may wait for a client, in ms: a browser connects before it has anything to ask for, and nothing
// is told any more.
const PATIENCE = 100;

/** The place of whoever runs a server: routes like any other, with a listener of their own unless it is a path. */
export class Admin {
  /** Counts what the server does. */
  readonly metrics: Metrics;
  readonly #options: AdminOptions;
  readonly #engine: EngineOptions;
  #dispatcher: Dispatcher | undefined;
  #listening: Listening | undefined;
  #quiet: QuietTimes | undefined;
  #routes: readonly Route[] = [];

  /**
   * @param engine What decides about the engine of the server, which it has as well.
   * @param bus Joins the server with others; default: it is alone.
   * @throws {UsageError} If strangers could reach it.
   */
  constructor(options: AdminOptions, engine: EngineOptions, bus?: Bus) {
    expectSafe(options);
    this.#options = options;
    this.#engine = engine;
    this.metrics = new Metrics(engineFor(engine).name, bus);
  }

  /** Routes that the server itself has in front of all others. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** The address: `http://host:port/`, `unix:PATH`, or the path; undefined as long as it is not open. */
  get address(): string | undefined {
    const { at } = this.#options;
    if ("path" in at) return at.path;
    return this.#listening?.addresses[0]?.replace(
      /^ws(?:\+(?=unix))?/,
      (it) => it === "ws" ? "http" : "",
    );
  }

  /**
   * Lets those in who watch.
   *
   * @throws {ListenError} If it cannot listen.
   */
  async open(place: Pick<Watched, "roster" | "readiness">): Promise<void> {
    const { at, auth = [], guards = [], others } = this.#options;
    const quiet = this.#quiet = new QuietTimes(place.roster);
    const watched: Watched = { ...place, metrics: this.metrics, quiet, others };
    others?.answer(answersFor(watched));
    const prefix = "path" in at ? at.path : "";
    const isOpen = "hostname" in at && auth.length === 0 && guards.length === 0;
    const routes = adminRoutes(watched, {
      prefix,
      auth,
      guards: isOpen ? [{ check: expectOwnHost }] : guards,
    });
    if ("path" in at) {
      this.#routes = routes;
      return;
    }
    this.#dispatcher = new Dispatcher({ routes });
    this.#listening = await listen({ ...placeOf(at), ...engineOf(this.#engine) }, this.#dispatcher);
  }

  /** Lets nobody in any more. */
  async close(): Promise<void> {
    this.#quiet?.[Symbol.dispose]();
    const closed = Promise.all([this.#dispatcher?.close(1001, "", 0), this.#listening?.shutdown()]);
    await within(closed, PATIENCE);
  }
}

function placeOf(at: Exclude<AdminPlace, { path: string }>): ListenOptions {
  if ("unixSocket" in at) return { unixSocket: { path: at.unixSocket } };
  return { addresses: [at.hostname], port: at.port };
}

/** The engine of the server, without what only its own listeners need. */
function engineOf(options: EngineOptions): ListenOptions {
  const { held } = options;
  return { engine: engineFor(options).name, ...(held ? { held } : {}) };
}
