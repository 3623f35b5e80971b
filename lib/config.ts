import { UsageError } from "./base/errors.ts";
import { MAX_FORKS, MAX_QUEUE } from "./base/limits.ts";
import { type Level, LEVELS, type LogOptions } from "./base/log.ts";
import type { HandlerName } from "./handlers/registry.ts";
import { defaultPassEnv } from "./process/environment.ts";
import type { Framing } from "./process/framing.ts";
import { ENGINES } from "./server/engine.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions } from "./socket/dispatch.ts";

/** What a person has set; what is left out gets its default. */
export interface Settings {
  readonly command?: readonly string[];
  readonly dir?: string | undefined;
  readonly echo?: boolean | undefined;
  readonly broadcast?: boolean | undefined;
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
  readonly dispatch?: Omit<DispatchOptions, "routes" | "responders" | "lookup">;
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

/** All that a server needs to know: the options of its parts. */
export interface Config {
  /** undefined where only files, scripts and pages are served. */
  readonly handler: HandlerName | undefined;
  readonly command: readonly string[];
  readonly dir: string;
  /** Empty where no files are served. */
  readonly staticDir: string;
  /** Empty where no scripts are run. */
  readonly cgiDir: string;
  /** Whether there is a console: at every path, or at the one that is named. */
  readonly devConsole: boolean | string;
  readonly framing: Framing;
  readonly passEnv: readonly string[];
  /** Processes at once; 0 or less means no limit. */
  readonly maxForks: number;
  /** Bytes. */
  readonly maxQueue: number;
  /** Milliseconds. */
  readonly closeMs: number;
  readonly reverseLookup: boolean;
  readonly listen: ListenOptions;
  readonly dispatch: Omit<DispatchOptions, "routes" | "responders" | "lookup">;
  readonly log: LogOptions;
}

/**
 * Checks what was set against each other.
 *
 * @throws {UsageError} If it cannot work (exit code 1).
 */
export function resolveConfig(settings: Settings): Config {
  const { listen = {}, dispatch = {}, command = [], dir = "" } = settings;
  const { maxForks = MAX_FORKS, maxQueue = MAX_QUEUE, closeMs = 0 } = settings;
  const { staticDir = "", cgiDir = "", devConsole = false } = settings;
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
  return Object.freeze({
    handler: handlerOf(settings),
    command,
    dir,
    staticDir,
    cgiDir,
    devConsole,
    framing: settings.binary ? "binary" : settings.passStderr ? "streams" : "lines",
    passEnv: settings.passEnv ?? defaultPassEnv(Deno.build.os),
    maxForks,
    maxQueue,
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

function handlerOf(settings: Settings): HandlerName | undefined {
  const { command = [], dir, echo, broadcast, staticDir, cgiDir } = settings;
  const chosen: [HandlerName, string][] = [];
  if (command.length > 0) chosen.push(["process", `the command "${command.join(" ")}"`]);
  if (dir) chosen.push(["directory", `--dir=${dir}`]);
  if (echo) chosen.push(["echo", "--echo"]);
  if (broadcast) chosen.push(["broadcast", "--broadcast"]);
  const [first, second] = chosen;
  if (!first && !staticDir && !cgiDir) {
    throw new UsageError(
      "There is nothing to serve: name a COMMAND, --dir, --echo, --broadcast, --staticdir or --cgidir",
    );
  }
  if (second) {
    throw new UsageError(`Only one of them can be served: ${chosen.map((c) => c[1]).join(", ")}`);
  }
  return first?.[0];
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
