import { UsageError } from "./base/errors.ts";
import { SHUTDOWN_TIME } from "./base/limits.ts";
import { Permits } from "./base/permits.ts";
import type { Responder } from "./base/responder.ts";
import type { Config, RouteConfig } from "./config.ts";
import type { Modules } from "./handlers/modules.ts";
import { cgi, type CgiOptions } from "./http/cgi.ts";
import { devConsole } from "./http/console.ts";
import { staticFiles } from "./http/static.ts";
import { type NamedRoute, RouteMaker } from "./routes.ts";
import { reverseLookup } from "./server/lookup.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions } from "./socket/dispatch.ts";

/** A configuration made into parts. */
export interface App extends ListenOptions, DispatchOptions {
  readonly routes: readonly NamedRoute[];
  /** How long a shutdown may take, in ms. */
  readonly shutdownMs: number;
  /** What the modules of users were loaded by. */
  readonly modules: Modules;
  /**
   * Makes the routes of a configuration that has changed.
   *
   * @throws {UsageError} If one of them cannot work.
   */
  remake(config: Config): Promise<readonly NamedRoute[]>;
}

/**
 * Makes the parts of a server, each from its own options.
 *
 * @throws {UsageError} If the program, the module or the folder to serve is not there.
 */
export async function createApp(config: Config): Promise<App> {
  const { passEnv, closeMs } = config;
  const forks = new Permits(config.maxForks);
  const names = config.reverseLookup ? { lookup: reverseLookup } : {};
  const maker = new RouteMaker(forks);
  const responders = respondersOf(config, { passEnv, closeMs, forks, ...names });
  let longest = closeMs;
  async function make(changed: Config): Promise<readonly NamedRoute[]> {
    const routes = await routesOf(changed, maker);
    const made = await maker.make(routes);
    // Those that were replaced may still be ending.
    longest = Math.max(longest, ...routes.map(({ values }) => Number(values.closems ?? 0)));
    return made;
  }
  return {
    ...config.listen,
    ...config.dispatch,
    ...names,
    routes: await make(config),
    responders,
    get shutdownMs() {
      // Three waits of a process's end are longer by as much.
      return SHUTDOWN_TIME + 3 * longest;
    },
    modules: maker.modules,
    remake: make,
  };
}

/** All routes in their order. */
async function routesOf(config: Config, { modules }: RouteMaker): Promise<readonly RouteConfig[]> {
  const { routes, handlersDir, otherwise } = config;
  const files = handlersDir ? await modules.list(handlersDir) : [];
  const listed = files.map(({ path, file }): RouteConfig => {
    return { path, handler: "module", words: [file], placeholders: false, values: {}, options: {} };
  });
  return [...routes, ...listed, ...(otherwise ? [otherwise] : [])];
}

/** In the order in which they are asked. */
function respondersOf(config: Config, scripts: CgiOptions): Responder[] {
  const { cgiDir, staticDir, devConsole: consolePath } = config;
  const responders: Responder[] = [];
  if (consolePath !== false) {
    const other = cgiDir ? "cgidir" : staticDir ? "staticdir" : undefined;
    if (consolePath === true && other) {
      throw new UsageError(
        `--devconsole cannot be used with --${other}, unless it has a path: --devconsole=/_console`,
        4,
      );
    }
    responders.push(devConsole(consolePath === true ? {} : { path: consolePath }));
  }
  if (cgiDir) responders.push(cgi(cgiDir, scripts));
  if (staticDir) responders.push(staticFiles(staticDir, cgiDir ? { scripts: cgiDir } : {}));
  return responders;
}
