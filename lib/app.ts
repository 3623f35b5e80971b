import { UsageError } from "./base/errors.ts";
import { SHUTDOWN_TIME } from "./base/limits.ts";
import { Permits } from "./base/permits.ts";
import type { AdminConfig, Config } from "./config.ts";
import type { RouteConfig } from "./route_config.ts";
import { expectRecordFolder } from "./connection/record/expect_record_folder.ts";
import { Modules } from "./handlers/modules.ts";
import type { AdminOptions } from "./admin/admin_options.ts";
import { makeAuthenticator } from "./gate/auth/auth.ts";
import { type NamedRoute, RouteMaker } from "./routes.ts";
import { reverseLookup } from "./listen/lookup.ts";
import type { ListenOptions } from "./listen/listen.ts";
import type { DispatchOptions } from "./gate/dispatch_options.ts";

/** A configuration made into parts. */
export interface App extends ListenOptions, DispatchOptions {
  readonly routes: readonly NamedRoute[];
  /** The place of whoever runs the server. */
  readonly admin?: AdminOptions;
  /** The longest that a shutdown may take, in ms. */
  readonly shutdownMs: number;
  /** The code that connections are closed with then. */
  readonly shutdownCode: 1001 | 1012;
  /** The loader of users' modules. */
  readonly modules: Modules;
  /**
   * Makes the routes of a configuration that has changed, for who takes them up.
   *
   * @param late Aborts when nobody does so any more.
   * @throws {UsageError} If one of them cannot work.
   */
  remake(config: Config, late?: AbortSignal): Promise<readonly NamedRoute[]>;
}

/** Parts beside the configuration: those who are told of what happens, and the other servers that are one with it. */
export interface Told extends Pick<DispatchOptions, "ended" | "bus" | "ledger" | "processes"> {
  /** Other servers of which its admin's place tells as well. */
  readonly others?: AdminOptions["others"];
}

/**
 * Makes the parts of a server, each from its own options.
 *
 * @param told Those who are told of what happens, and of what is said.
 * @throws {UsageError} If the program, the module or the folder to serve is not there.
 */
export async function createApp(
  config: Config,
  { others, ...told }: Told = {},
): Promise<App> {
  const { closeMs } = config;
  const names: Pick<DispatchOptions, "lookup"> = config.reverseLookup
    ? { lookup: reverseLookup }
    : {};
  const { auth, ...dispatch } = config.dispatch;
  expectRecordFolder(dispatch.record);
  const maker = new RouteMaker(names.lookup, new Modules(), auth);
  let longest = closeMs;
  async function make(changed: Config, late?: AbortSignal): Promise<readonly NamedRoute[]> {
    const routes = await routesOf(changed, maker);
    const made = await maker.make(routes, late);
    // Those that were replaced may still be ending.
    longest = Math.max(longest, ...routes.map(({ values }) => Number(values.closems ?? 0)));
    return made;
  }
  return {
    ...config.listen,
    ...dispatch,
    ...(auth ? { auth: await maker.authOfServer() } : {}),
    ...(config.admin ? { admin: { ...await adminOf(config.admin), others } } : {}),
    ...names,
    processes: new Permits(config.maxForks),
    routes: await make(config),
    once: config.lifetime.once,
    ...told,
    shutdownCode: config.lifetime.shutdownCode === "1012" ? 1012 : 1001,
    get shutdownMs() {
      // Three waits of a process's end are longer by as much.
      return SHUTDOWN_TIME + 3 * longest;
    },
    modules: maker.modules,
    remake: make,
  };
}

async function adminOf({ at, auth }: AdminConfig): Promise<AdminOptions> {
  return { at, auth: await Promise.all(auth.map(makeAuthenticator)) };
}

/** All routes in their order. */
async function routesOf(config: Config, { modules }: RouteMaker): Promise<readonly RouteConfig[]> {
  const { routes, handlersDir, otherwise, pages } = config;
  checkPages(pages);
  const files = handlersDir ? await modules.list(handlersDir) : [];
  const listed = files.map(({ path, file }): RouteConfig => {
    return { path, handler: "module", words: [file], placeholders: false, values: {}, options: {} };
  });
  return [...routes, ...listed, ...(otherwise ? [otherwise] : []), ...pages];
}

/** Here and not with the other options, because the log says it: it is what websocketd does. */
function checkPages([first, second]: Config["pages"]): void {
  if (first?.handler !== "console" || first.path !== "*" || !second) return;
  throw new UsageError(
    `--devconsole cannot be used with --${second.handler}dir, unless it has a path: --devconsole=/_console`,
    4,
  );
}
