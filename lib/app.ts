import { SHUTDOWN_TIME } from "./base/limits.ts";
import { Permits } from "./base/permits.ts";
import type { Config } from "./config.ts";
import type { Handler } from "./handlers/handler.ts";
import { registry } from "./handlers/registry.ts";
import { reverseLookup } from "./server/lookup.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions } from "./socket/dispatch.ts";

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
  const handler: Handler = registry[config.handler]({
    command,
    dir,
    framing,
    passEnv,
    closeMs,
    maxQueue,
    forks,
  });
  return {
    ...config.listen,
    ...config.dispatch,
    ...(config.reverseLookup ? { lookup: reverseLookup } : {}),
    routes: [{ path: "*", handler }],
    // Three waits of a process's end are longer by as much.
    shutdownMs: SHUTDOWN_TIME + 3 * closeMs,
  };
}
