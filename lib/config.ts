import { UsageError } from "./base/errors.ts";
import { MAX_FORKS, MAX_QUEUE } from "./base/limits.ts";
import { type Level, LEVELS, type LogOptions } from "./base/log.ts";
import type { RouteOf } from "./handlers/kind.ts";
import type { Option } from "./handlers/option.ts";
import { type HandlerName, registry } from "./handlers/registry.ts";
import { defaultPassEnv } from "./process/environment.ts";
import { ENGINES } from "./server/engine.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions } from "./socket/dispatch.ts";
import { parseOrigins } from "./socket/origin.ts";
import { checkSubprotocols } from "./socket/subprotocol.ts";
import type { RouteOptions } from "./socket/route.ts";

/** What routes of programs have where neither they nor the server's options say anything. */
export const PROCESS_DEFAULTS: Readonly<Record<string, unknown>> = Object.freeze({
  passenv: defaultPassEnv(Deno.build.os),
  closems: 0,
  maxqueue: MAX_QUEUE,
  framing: "lines",
});

/** What a person has said of a route. */
export interface RouteSettings {
  /** Its pattern. */
  readonly path: string;
  readonly handler: HandlerName;
  /** What follows the options. */
  readonly words: readonly string[];
  /** The values of its options, as the tables of its kind and of all routes have them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Its place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/** What a person has set; what is left out gets its default. */
export interface Settings {
  readonly command?: readonly string[];
  readonly dir?: string | undefined;
  readonly echo?: boolean | undefined;
  readonly broadcast?: boolean | undefined;
  /** The first that matches wins; what is named above is behind them. */
  readonly routes?: readonly RouteSettings[] | undefined;
  /** A folder of modules. */
  readonly handlersDir?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly staticDir?: string | undefined;
  readonly cgiDir?: string | undefined;
  readonly devConsole?: boolean | string | undefined;
  readonly listen?: Pick<ListenOptions, "port" | "addresses" | "redirectPort">;
  readonly unixSocket?: string | undefined;
  readonly unixSocketMode?: number | undefined;
  readonly engine?: string | undefined;
  readonly ssl?: boolean | undefined;
  readonly sslCert?: string | undefined;
  readonly sslKey?: string | undefined;
  readonly sslCa?: string | undefined;
  readonly dispatch?: Omit<DispatchOptions, "routes" | "lookup">;
  readonly binary?: boolean | undefined;
  readonly passStderr?: boolean | undefined;
  readonly passEnv?: readonly string[] | undefined;
  readonly maxForks?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly closeMs?: number | undefined;
  readonly reverseLookup?: boolean | undefined;
  readonly logLevel?: string | undefined;
  readonly logFormat?: string | undefined;
}

/** A route with all of its options. */
export interface RouteConfig extends RouteOf<readonly Option[]> {
  readonly handler: HandlerName;
  /** What it has in place of the server's own. */
  readonly options: RouteOptions;
  /** Its place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/**
 * Has a mistake in a route of a configuration file name its place.
 *
 * @returns What is to be thrown in place of what was.
 */
export function placed(error: unknown, place: string | undefined): unknown {
  if (place === undefined || !(error instanceof UsageError)) return error;
  return new UsageError(`${place}: ${error.message}`);
}

/** All that a server needs to know: the options of its parts. */
export interface Config {
  /** Those that were named. */
  readonly routes: readonly RouteConfig[];
  /** The folder of modules, each of which is a route behind those; empty where there is none. */
  readonly handlersDir: string;
  /** Whether modules are loaded again when they change. */
  readonly watch: boolean;
  /** The route `*`, behind all others. */
  readonly otherwise: RouteConfig | undefined;
  /** What is served over HTTP where no route is, in the order in which they are asked. */
  readonly pages: readonly RouteConfig[];
  /** Of CGI scripts, and of routes that say nothing else. */
  readonly passEnv: readonly string[];
  /** Processes at once; 0 or less means no limit. */
  readonly maxForks: number;
  /** Milliseconds. */
  readonly closeMs: number;
  readonly reverseLookup: boolean;
  readonly listen: ListenOptions;
  readonly dispatch: Omit<DispatchOptions, "routes" | "lookup">;
  readonly log: LogOptions;
}

/**
 * Checks what was set against each other.
 *
 * @throws {UsageError} If it cannot work (exit code 1).
 */
export function resolveConfig(settings: Settings): Config {
  const { listen = {}, dispatch = {}, routes = [], handlersDir = "" } = settings;
  const { maxForks = MAX_FORKS, maxQueue = MAX_QUEUE, closeMs = 0 } = settings;
  if (settings.binary && settings.passStderr) {
    throw new UsageError("--passstderr cannot be used with --binary: its messages are text");
  }
  for (const address of listen.addresses ?? []) present("address", address, "a host");
  // Empty, as from a variable that is not set, it would open the server to everybody.
  present("unixsocket", settings.unixSocket, "a path");
  present("sslca", settings.sslCa, "a file");
  between("port", listen.port, 0, 65535);
  between("redirport", listen.redirectPort, 0, 65535);
  if (listen.redirectPort && listen.redirectPort === listen.port) {
    throw new UsageError(`--redirport=${listen.redirectPort} is the same as --port`);
  }
  between("maxframesize", dispatch.maxFrameSize, 0);
  // More than a day in ms would not fit the timers.
  between("pingms", dispatch.pingMs, 0, 86_400_000);
  between("closems", closeMs, 0, 86_400_000);
  between("maxqueue", maxQueue, 1);
  present("handlers", settings.handlersDir, "a folder");
  if (settings.watch && !handlersDir && !routes.some((route) => route.handler === "module")) {
    throw new UsageError("--watch needs modules: name --handlers=DIR or a --route to a module");
  }
  checkSubprotocols(dispatch.subprotocols ?? [], "--subprotocol");
  const passEnv = settings.passEnv ?? defaultPassEnv(Deno.build.os);
  const defaults = {
    passenv: passEnv,
    closems: closeMs,
    maxqueue: maxQueue,
    framing: settings.binary ? "binary" : settings.passStderr ? "streams" : "lines",
  };
  const otherwise = otherwiseOf(settings);
  return Object.freeze({
    routes: routes.map((route) => {
      try {
        return routeOf(route, defaults, true);
      } catch (error) {
        throw placed(error, route.place);
      }
    }),
    handlersDir,
    watch: settings.watch ?? false,
    otherwise: otherwise && routeOf(otherwise, defaults, false),
    pages: pagesOf(settings).map((page) => routeOf(page, defaults, false)),
    passEnv,
    maxForks,
    closeMs,
    reverseLookup: settings.reverseLookup ?? false,
    listen: { ...listen, ...unixSocketOf(settings), ...tlsOf(settings), ...engineOf(settings) },
    dispatch,
    log: {
      level: oneOf<Level>("loglevel", settings.logLevel ?? "access", LEVELS),
      format: oneOf("log-format", settings.logFormat ?? "text", ["text", "json"]),
    },
  });
}

/** What is served where no route matches: what websocketd would serve. */
function otherwiseOf(settings: Settings): RouteSettings | undefined {
  const { command = [], dir, echo, broadcast, staticDir, cgiDir } = settings;
  const chosen: [HandlerName, string, readonly string[]][] = [];
  if (command.length > 0) {
    chosen.push(["process", `the command "${command.join(" ")}"`, command]);
  }
  if (dir) chosen.push(["directory", `--dir=${dir}`, [dir]]);
  if (echo) chosen.push(["echo", "--echo", []]);
  if (broadcast) chosen.push(["broadcast", "--broadcast", []]);
  const [first, second] = chosen;
  if (second) {
    throw new UsageError(`Only one of them can be served: ${chosen.map((c) => c[1]).join(", ")}`);
  }
  if (first) return { path: "*", handler: first[0], words: first[2], values: {} };
  if (!staticDir && !cgiDir && !settings.routes?.length && !settings.handlersDir) {
    throw new UsageError(
      "There is nothing to serve: name a COMMAND, --route, --handlers, --dir, --echo, --broadcast, --staticdir or --cgidir",
    );
  }
  return undefined;
}

/** What websocketd would serve over HTTP. */
function pagesOf({ staticDir, cgiDir, devConsole }: Settings): RouteSettings[] {
  const pages: RouteSettings[] = [];
  if (devConsole !== undefined && devConsole !== false) {
    const other = cgiDir ? "cgidir" : staticDir ? "staticdir" : undefined;
    if (devConsole === true && other) {
      throw new UsageError(
        `--devconsole cannot be used with --${other}, unless it has a path: --devconsole=/_console`,
        4,
      );
    }
    if (devConsole !== true && !devConsole.startsWith("/")) {
      throw new UsageError(
        `Invalid value "${devConsole}" for --devconsole: expected a path such as /_console`,
      );
    }
    pages.push({
      path: devConsole === true ? "*" : literal(devConsole),
      handler: "console",
      words: [],
      values: {},
    });
  }
  if (cgiDir) pages.push({ path: "*", handler: "cgi", words: [cgiDir], values: {} });
  if (staticDir) pages.push({ path: "*", handler: "static", words: [staticDir], values: {} });
  return pages;
}

/** A pattern that matches a path as it stands. */
function literal(path: string): string {
  return path.replace(/[:*+?(){}\\]/g, "\\$&");
}

function routeOf(
  { path, handler, words, values, place }: RouteSettings,
  defaults: Readonly<Record<string, unknown>>,
  placeholders: boolean,
): RouteConfig {
  const { origin, subprotocol, maxframesize, pingms, ...own } = values;
  const options: readonly Option[] = registry[handler].options;
  const others = Object.entries(defaults).filter(([name, value]) => {
    const option = options.find((candidate) => candidate.name === name);
    return option && (!option.choices || option.choices.includes(String(value)));
  });
  const of = (name: string) => `${name} of the route ${path}`;
  return {
    path,
    handler,
    words,
    placeholders,
    ...(place === undefined ? {} : { place }),
    // Each was read by the table of its kind.
    values: { ...Object.fromEntries(others), ...own } as RouteConfig["values"],
    options: {
      ...(origin === undefined ? {} : { origins: parseOrigins(origin as string, of("origin")) }),
      ...(subprotocol === undefined ? {} : {
        subprotocols: checkSubprotocols(subprotocol as readonly string[], of("subprotocol")),
      }),
      ...(maxframesize === undefined ? {} : { maxFrameSize: maxframesize as number }),
      ...(pingms === undefined ? {} : { pingMs: pingms as number }),
    },
  };
}

function unixSocketOf(settings: Settings): Pick<ListenOptions, "unixSocket"> {
  const { unixSocket: path, unixSocketMode: mode } = settings;
  if (path) return { unixSocket: { path, ...(mode === undefined ? {} : { mode }) } };
  if (mode === undefined) return {};
  throw new UsageError("--unixsocket-mode needs --unixsocket=PATH");
}

function tlsOf({ ssl, sslCert, sslKey, sslCa }: Settings): Pick<ListenOptions, "tls"> {
  if (ssl && sslCert && sslKey) {
    return { tls: { certFile: sslCert, keyFile: sslKey, ...(sslCa ? { caFile: sslCa } : {}) } };
  }
  if (ssl) {
    const missing = [...(sslCert ? [] : ["--sslcert=FILE"]), ...(sslKey ? [] : ["--sslkey=FILE"])];
    throw new UsageError(`--ssl needs ${missing.join(" and ")}`);
  }
  for (const [name, file] of Object.entries({ sslcert: sslCert, sslkey: sslKey, sslca: sslCa })) {
    if (file) throw new UsageError(`--${name}=${file} needs --ssl`);
  }
  return {};
}

function engineOf({ engine, sslCa }: Settings): Pick<ListenOptions, "engine"> {
  if (engine === undefined) return {};
  const name = oneOf("engine", engine, ENGINES);
  if (sslCa && name === "native") {
    throw new UsageError("--sslca cannot be used with --engine=native: it needs the engine node");
  }
  return { engine: name };
}

function present(name: string, value: string | undefined, expected: string): void {
  if (value === "") throw new UsageError(`Invalid value "" for --${name}: expected ${expected}`);
}

function between(name: string, value: number | undefined, least: number, most = Infinity): void {
  if (value === undefined || (value >= least && value <= most)) return;
  const range = most === Infinity ? `${least} or more` : `${least} to ${most}`;
  throw new UsageError(`Invalid value "${value}" for --${name}: expected ${range}`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`Invalid value "${value}" for --${name}: expected ${allowed.join(", ")}`);
}
