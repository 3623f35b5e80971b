import { UsageError } from "./base/errors.ts";
import { SHUTDOWN_TIME } from "./base/limits.ts";
import { Permits } from "./base/permits.ts";
import type { Responder } from "./base/responder.ts";
import type { Config } from "./config.ts";
import { registry } from "./handlers/registry.ts";
import { cgi, type CgiOptions } from "./http/cgi.ts";
import { devConsole } from "./http/console.ts";
import { staticFiles } from "./http/static.ts";
import { reverseLookup } from "./server/lookup.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions, Route } from "./socket/dispatch.ts";

/** A configuration made into parts. */
export interface App extends ListenOptions, DispatchOptions {
  /** How long a shutdown may take, in ms. */
  readonly shutdownMs: number;
}

/**
 * Makes the parts of a server, each from its own options.
 *
 * @throws {UsageError} If the program or the folder to serve is not there.
 */
export function createApp(config: Config): App {
  const { command, dir, framing, passEnv, closeMs, maxQueue } = config;
  const forks = new Permits(config.maxForks);
  const processes = { passEnv, closeMs, forks };
  const names = config.reverseLookup ? { lookup: reverseLookup } : {};
  const routes: Route[] = config.handler === undefined ? [] : [{
    path: "*",
    handler: registry[config.handler]({ ...processes, command, dir, framing, maxQueue }),
  }];
  return {
    ...config.listen,
    ...config.dispatch,
    ...names,
    routes,
    responders: respondersOf(config, { ...processes, ...names }),
    // Three waits of a process's end are longer by as much.
    shutdownMs: SHUTDOWN_TIME + 3 * closeMs,
  };
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
