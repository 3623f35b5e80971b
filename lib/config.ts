import { UsageError } from "./base/errors.ts";
import type { BusPlace } from "./bus/bus_place.ts";
import { addressFault } from "./base/host.ts";
import type { LogOptions } from "./base/log.ts";
import type { Options } from "./handlers/flags.ts";
import { PROCESS_OPTIONS } from "./handlers/process_options.ts";
import { kindNamed } from "./handlers/registry.ts";
import type { Properties, Resolved } from "./options/option.ts";
import { REVERSE_LOOKUP } from "./options/tables/access_options.ts";
import { LIFETIME, LISTENING } from "./options/tables/listen_options.ts";
import { LOG } from "./options/tables/operator_options.ts";
import { FORWARDING } from "./options/tables/proxy_options.ts";
import { REQUESTS } from "./options/tables/route_options.ts";
import { MODULES } from "./options/tables/serve_options.ts";
import { propertiesOf, resolvedOf } from "./options/views.ts";
import { expectSafe } from "./admin/admin_options.ts";
import type { AuthSpec } from "./options/auths.ts";
import type { AdminPlace } from "./options/admin_place.ts";
import type { ListenOptions } from "./listen/listen.ts";
import { tlsOptions } from "./listen/tls_options.ts";
import type { DispatchOptions } from "./gate/dispatch_options.ts";
import { type RouteConfigs, routeConfigsOf } from "./route_config.ts";
import type { RouteSettings, Said, Settings } from "./settings.ts";

/** The options that need no rule but their tables. */
const OPTIONS = [
  ...MODULES,
  ...PROCESS_OPTIONS.filter((option) => "group" in option),
  REVERSE_LOOKUP,
] as const;

/** All that a server needs to know: the options of its parts. */
export interface Config extends Resolved<typeof OPTIONS>, RouteConfigs {
  readonly listen: ListenOptions;
  readonly dispatch: Said<Omit<DispatchOptions, "routes" | "lookup" | "bus">>;
  readonly log: LogOptions;
  /** The bus that joins it with others; undefined where nobody has said one. */
  readonly bus?: BusPlace;
  /** The place of whoever runs the server. */
  readonly admin?: AdminConfig;
  readonly lifetime: Resolved<typeof LIFETIME>;
}

/** The place of whoever runs the server, and who may come in there. */
export interface AdminConfig {
  readonly at: AdminPlace;
  readonly auth: readonly AuthSpec[];
}

/**
 * Makes a configuration of what was said: what is not said has its default, and what belongs together is
 * checked.
 *
 * @throws {UsageError} If it cannot work (exit code 1).
 */
export function resolveConfig(settings: Settings): Config {
  const { options = {}, routes = [] } = settings;
  const { origin, header = [], ...others } = options;
  const served = routeConfigsOf(settings);
  const tls = tlsOptions(options);
  if (options.redirport && options.redirport === options.port) {
    throw new UsageError(`--redirport=${options.redirport} is the same as --port`);
  }
  const [fault] = (options.address ?? []).flatMap((address) => addressFault(address) ?? []);
  if (fault) throw new UsageError(fault);
  if (options.watch && options.handlers === undefined && !routes.some(isWatched)) {
    throw new UsageError("--watch needs modules: name --handlers=DIR or a --route to a module");
  }
  const admin = adminOf(options);
  if (options.bus?.kind === "local" && (options.workers ?? 1) === 1) {
    throw new UsageError("--bus=local needs --workers=N: it joins the workers of one machine");
  }
  return Object.freeze({
    ...resolvedOf(OPTIONS, options),
    ...served,
    listen: {
      ...propertiesOf(LISTENING, options),
      ...unixSocketOf(options),
      ...(tls && { tls }),
      ...proxyProtocolOf(options),
    },
    dispatch: {
      // A list of none is said by a variable that is not set.
      ...propertiesOf(REQUESTS, origin?.length ? options : others),
      ...forwardingOf(options),
      headersWs: [...header, ...options["header-ws"] ?? []],
      headersHttp: [...header, ...options["header-http"] ?? []],
    },
    log: resolvedOf(LOG, options),
    ...(options.bus ? { bus: options.bus } : {}),
    ...(admin ? { admin } : {}),
    lifetime: resolvedOf(LIFETIME, options),
  });
}

function adminOf({ admin: at, adminauth: auth = [] }: Options): AdminConfig | undefined {
  if (at) {
    expectSafe({ at, auth });
    return { at, auth };
  }
  if (auth.length === 0) return undefined;
  throw new UsageError("--adminauth needs --admin=PLACE");
}

function isWatched({ handler }: RouteSettings): boolean {
  return kindNamed(handler).watched ?? false;
}

function unixSocketOf(options: Options): Pick<ListenOptions, "unixSocket"> {
  const { unixsocket: path, "unixsocket-mode": mode, "unixsocket-owner": owner } = options;
  if (path) {
    return {
      unixSocket: { path, ...(mode === undefined ? {} : { mode }), ...(owner ? { owner } : {}) },
    };
  }
  if (mode === undefined && owner === undefined) return {};
  throw new UsageError(`--unixsocket-${owner ? "owner" : "mode"} needs --unixsocket=PATH`);
}

/** The option of what is said in front of the bytes of a connection. */
function proxyProtocolOf(options: Options): Pick<ListenOptions, "proxyProtocol"> {
  const { "proxy-protocol": proxyProtocol = false } = options;
  if (!proxyProtocol) return {};
  expectTrust("--proxy-protocol", options);
  return { proxyProtocol };
}

/** Options of what is said in requests. */
function forwardingOf(options: Options): Properties<typeof FORWARDING> {
  const headers = options["proxy-headers"];
  if (headers !== undefined) expectTrust(`--proxy-headers=${headers}`, options);
  return propertiesOf(FORWARDING, options);
}

function expectTrust(option: string, options: Options): void {
  if (options["trust-proxy"] !== undefined) return;
  throw new UsageError(`${option} needs --trust-proxy=LIST: of anybody else, it is not believed`);
}
