import { UsageError } from "./base/errors.ts";
import type { BusPlace } from "./bus/bus_place.ts";
import { addressFault } from "./base/host.ts";
import type { LogOptions } from "./base/log.ts";
import { FLAGS, INHERITED, type Options } from "./handlers/flags.ts";
import type { RouteSaid } from "./handlers/kind.ts";
import { PROCESS_OPTIONS } from "./handlers/process_options.ts";
import { type HandlerName, kindNamed } from "./handlers/registry.ts";
import type { Option, Properties, Resolved } from "./options/option.ts";
import { checkOption, showOption } from "./options/read_option.ts";
import { REVERSE_LOOKUP } from "./options/tables/access_options.ts";
import { LIFETIME, LISTENING } from "./options/tables/listen_options.ts";
import { LOG } from "./options/tables/operator_options.ts";
import { FORWARDING } from "./options/tables/proxy_options.ts";
import { REQUESTS, ROUTE_OPTIONS } from "./options/tables/route_options.ts";
import { MODULES } from "./options/tables/serve_options.ts";
import { ValueError } from "./options/value_error.ts";
import { propertiesOf, resolvedOf } from "./options/views.ts";
import { expectSafe } from "./admin/admin_options.ts";
import { NO_PROXY_PROTOCOL } from "./listen/choose_engine.ts";
import type { AuthSpec } from "./options/auths.ts";
import type { AdminPlace } from "./options/admin_place.ts";
import type { ListenOptions } from "./listen/listen.ts";
import { tlsOptions } from "./listen/tls_options.ts";
import type { DispatchOptions } from "./gate/dispatch.ts";
import type { RouteOptions } from "./gate/route.ts";

/** Settings of a route, as a person has said them. */
export interface RouteSettings {
  /** The route's pattern. */
  readonly path: string;
  readonly handler: HandlerName;
  /** The words that follow the options. */
  readonly words: readonly string[];
  /** The values of its options, as the tables of its kind and of all routes have them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The route's place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/** Settings of one source, or of all of them together; what is left out gets its default. */
export interface Settings {
  readonly options?: Options;
  readonly command?: readonly string[];
  /** The first that matches wins; what else is served is behind them. In place of the option `route`. */
  readonly routes?: readonly RouteSettings[];
}

/** Options as they are said: files, and other places where is written who may come in, are not looked at yet. */
export type Said<T extends RouteOptions> =
  & Omit<T, "auth">
  & { readonly auth?: readonly AuthSpec[] };

/** A route with all of its options. */
export interface RouteConfig extends RouteSaid {
  readonly handler: HandlerName;
  /** The options that it has in place of the server's own. */
  readonly options: Said<RouteOptions>;
  /** The route's place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/**
 * Has a mistake in a route of a configuration file name its place.
 *
 * @returns The error to throw in place of the one that was thrown.
 */
export function placed(error: unknown, place: string | undefined): unknown {
  if (place === undefined || !(error instanceof UsageError)) return error;
  return new UsageError(`${place}: ${error.message}`);
}

/** The options that need no rule but their tables. */
const OPTIONS = [
  ...MODULES,
  ...PROCESS_OPTIONS.filter((option) => "group" in option),
  REVERSE_LOOKUP,
] as const;

/** All that a server needs to know: the options of its parts. */
export interface Config extends Resolved<typeof OPTIONS> {
  /** The routes that were named. */
  readonly routes: readonly RouteConfig[];
  /** The route `*`, behind all others. */
  readonly otherwise: RouteConfig | undefined;
  /** The pages served over HTTP where no route is, in the order in which they are asked. */
  readonly pages: readonly RouteConfig[];
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
  const inherited = inheritedOf({ ...options, ...framingOf(options) });
  const otherwise = otherwiseOf(settings);
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
    routes: routes.map((route) => routeOf(route, inherited, true)),
    otherwise: otherwise && routeOf(otherwise, inherited, false),
    pages: pagesOf(options).map((page) => routeOf(page, inherited, false)),
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

/** The route of what is served where no other matches: what websocketd would serve. */
function otherwiseOf({ command = [], options = {}, routes }: Settings): RouteSettings | undefined {
  const chosen = FLAGS.flatMap((flag): [HandlerName, string, readonly string[]][] => {
    const value = options[flag.name as keyof Options];
    if (!flag.serves || !value) return [];
    const handler = flag.serves as HandlerName;
    if (value === true) return [[handler, `--${flag.name}`, []]];
    const word = showOption(flag, value);
    return [[handler, `--${flag.name}=${word}`, [word]]];
  });
  if (command.length > 0) {
    chosen.unshift(["process", `the command "${command.join(" ")}"`, command]);
  }
  const [first, second] = chosen;
  if (second) {
    throw new UsageError(`Only one of them can be served: ${chosen.map((c) => c[1]).join(", ")}`);
  }
  if (first) return { path: "*", handler: first[0], words: first[2], values: {} };
  const { staticdir, cgidir, handlers } = options;
  if (!staticdir && !cgidir && !routes?.length && handlers === undefined) {
    throw new UsageError(
      "There is nothing to serve: name a COMMAND, --route, --handlers, --dir, --echo, --broadcast, --staticdir or --cgidir",
    );
  }
  return undefined;
}

/** The routes of what websocketd would serve over HTTP. */
function pagesOf({ staticdir, cgidir, devconsole = false }: Options): RouteSettings[] {
  const pages: RouteSettings[] = [];
  if (devconsole !== false) {
    const path = devconsole === true ? "*" : literal(devconsole);
    pages.push({ path, handler: "console", words: [], values: {} });
  }
  if (cgidir) pages.push({ path: "*", handler: "cgi", words: [cgidir], values: {} });
  if (staticdir) pages.push({ path: "*", handler: "static", words: [staticdir], values: {} });
  return pages;
}

/** A pattern that matches a path as it stands. */
function literal(path: string): string {
  return path.replace(/[:*+?(){}\\]/g, "\\$&");
}

/** The values of options in routes that say nothing else. */
function inheritedOf(options: Options): Readonly<Record<string, unknown>> {
  const said: Readonly<Record<string, unknown>> = options;
  return Object.fromEntries(
    INHERITED.map(({ name, default: given }) => [name, said[name] ?? given]),
  );
}

function routeOf(
  { path, handler, words, values, place }: RouteSettings,
  inherited: Readonly<Record<string, unknown>>,
  placeholders: boolean,
): RouteConfig {
  const own = kindNamed(handler).options.flatMap((option) => {
    const { name } = option;
    const value = values[name] ?? inherited[name];
    if (value === undefined) return [];
    // What it says itself was checked where it was read.
    if (values[name] === undefined) checkInherited(option, value, { path, handler, place });
    return [[name, value] as const];
  });
  return {
    path,
    handler,
    words,
    placeholders,
    ...(place === undefined ? {} : { place }),
    values: Object.fromEntries(own),
    options: propertiesOf(ROUTE_OPTIONS, values),
  };
}

/**
 * Checks that a route takes what the server says of its option: `shared` has fewer framings.
 *
 * @throws {UsageError} If it does not (exit code 1).
 */
function checkInherited(
  option: Option,
  value: unknown,
  { path, handler, place }: Pick<RouteSettings, "path" | "handler"> & { place: string | undefined },
): void {
  try {
    checkOption(option, value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const { name } = option;
    const message =
      `Cannot serve the route ${path}: ${handler} does not take the server's ${name}=${error.text}; give the route its own ${name}, one of ${error.expected}`;
    throw placed(new UsageError(message), place);
  }
}

/** The framing, by whichever of its names it was said. */
function framingOf({ framing, binary, passstderr }: Options): Pick<Options, "framing"> {
  if (binary && passstderr) {
    throw new UsageError("--passstderr cannot be used with --binary: its messages are text");
  }
  const [name, old] = binary
    ? ["binary", "binary"] as const
    : passstderr
    ? ["passstderr", "streams"] as const
    : [];
  if (old === undefined) return {};
  if (framing === undefined || framing === old) return { framing: old };
  throw new UsageError(
    `--framing=${framing} cannot be used with --${name}: that is --framing=${old}`,
  );
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
  const { "proxy-protocol": proxyProtocol = false, engine } = options;
  if (!proxyProtocol) return {};
  expectTrust("--proxy-protocol", options);
  if (engine === "native") throw new UsageError(NO_PROXY_PROTOCOL);
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
