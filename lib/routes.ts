import { UsageError } from "./base/errors.ts";
import { nextTurn } from "./base/next_turn.ts";
import type { RouteConfig } from "./route_config.ts";
import { placed } from "./settings.ts";
import { expectRecordFolder } from "./connection/record/expect_record_folder.ts";
import type { Handler } from "./contract.ts";
import type { KindContext } from "./handlers/kind.ts";
import { Modules } from "./handlers/modules.ts";
import { kindNamed } from "./handlers/registry.ts";
import type { AuthSpec } from "./options/auths.ts";
import type { Authenticator } from "./gate/auth/authenticator.ts";
import { AuthPool } from "./gate/auth/auth_pool.ts";
import type { Route } from "./gate/route.ts";

// Milliseconds that nobody is served while routes are made.
const TURN = 10;

/** A route that can say what it is. */
export interface NamedRoute extends Route {
  /** The line of the log about it when the server starts. */
  readonly label: string;
  /** The configuration that it was made from. */
  readonly config: RouteConfig;
}

/**
 * Makes the handlers of routes. When it does so again, a route that has not changed keeps its handler, so
 * that a reload does not split a room or start a second process.
 */
export class RouteMaker {
  readonly #server: readonly AuthSpec[];
  readonly #context: Omit<KindContext, "scripts">;
  #handlers = new Map<string, Handler>();
  #auths = new AuthPool();

  /**
   * @param lookup Finds the name of a client's address, where names are looked up.
   * @param modules Loads the modules of users.
   * @param server The option `auth` of the server.
   */
  constructor(
    lookup: KindContext["lookup"] = undefined,
    modules: Modules = new Modules(),
    server: readonly AuthSpec[] = [],
  ) {
    this.#context = { lookup, modules };
    this.#server = server;
  }

  /** The loader of users' modules. */
  get modules(): Modules {
    return this.#context.modules;
  }

  /**
   * Makes routes.
   *
   * @param late Aborts when nobody takes them up any more.
   * @throws {UsageError} If one of them cannot work; then those that were made before stay.
   * @throws The reason of `late` where they are made after it; those stay then as well.
   */
  async make(routes: readonly RouteConfig[], late?: AbortSignal): Promise<NamedRoute[]> {
    const before = this.#handlers;
    const scripts = routes.filter(({ handler }) => kindNamed(handler).scripts)
      .flatMap(({ words }) => words);
    const context = { ...this.#context, scripts };
    const handlers = new Map<string, Handler>();
    const auths = await this.#authsOfServer();
    const made: NamedRoute[] = [];
    let since = performance.now();
    for (const route of routes) {
      // There may be thousands, each with a look at the disk, and others are being served.
      if (performance.now() - since > TURN) {
        await nextTurn();
        since = performance.now();
      }
      const key = await of(route, () => keyOf(route, context));
      // Where a later one fails, nothing is to be undone: a handler starts nothing before it is taken up.
      const handler = handlers.get(key) ?? before.get(key) ??
        await of(route, () => make(route, context));
      handlers.set(key, handler);
      const label = labelOf(route, handler);
      const { auth, ...options } = route.options;
      await of(route, () => expectRecordFolder(options.record));
      made.push({
        path: route.path,
        handler,
        ...options,
        ...(auth ? { auth: await of(route, () => auths.of(auth)) } : {}),
        info: { handler: route.handler },
        label,
        config: route,
      });
    }
    // What serves is what was made before: it would not be found again.
    late?.throwIfAborted();
    this.#handlers = handlers;
    this.#auths = auths;
    return made;
  }

  /** The authenticators of routes that name none. */
  async authOfServer(): Promise<readonly Authenticator[]> {
    this.#auths = await this.#authsOfServer();
    return this.#auths.of(this.#server);
  }

  async #authsOfServer(): Promise<AuthPool> {
    const auths = new AuthPool(this.#auths);
    await auths.of(this.#server);
    return auths;
  }
}

function make(route: RouteConfig, context: KindContext): Handler | Promise<Handler> {
  return kindNamed(route.handler).make(route, context);
}

async function keyOf(route: RouteConfig, context: KindContext): Promise<string> {
  const { path, handler, words, placeholders, values } = route;
  const stamp = await kindNamed(handler).stamp?.(route, context);
  return JSON.stringify([path, handler, words, placeholders, values, stamp]);
}

/** Has what a route cannot be say which route it is; what is no `--route` says so by its own option. */
async function of<T>({ path, place }: RouteConfig, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (path === "*") throw placed(error, place);
    const message = `Cannot serve the route ${path}: ${error.message}`;
    throw placed(new UsageError(message, error.exitCode), place);
  }
}

function labelOf({ path, handler, words }: RouteConfig, { label }: Handler): string {
  if (path === "*" && label !== undefined) return label;
  return `Serving ${path.padEnd(20)}: ${[handler, ...words].join(" ")}`;
}
