import { UsageError } from "../base/errors.ts";
import type { Settings } from "../config.ts";
import type { Header } from "../socket/dispatch.ts";
import { parseOrigins } from "../socket/origin.ts";
import type { Options } from "./flags.ts";
import { FormError, parseHeader, parseMode } from "./forms.ts";

/**
 * What the options of a command line set.
 *
 * @throws {UsageError} If a value does not parse (exit code 2).
 */
export function settingsOf(options: Options, command: readonly string[]): Settings {
  const { origin, maxframesize, pingms, sameorigin, port, address, redirport } = options;
  return {
    command,
    dir: options.dir,
    echo: options.echo,
    broadcast: options.broadcast,
    handlersDir: options.handlers,
    watch: options.watch,
    staticDir: options.staticdir,
    cgiDir: options.cgidir,
    devConsole: options.devconsole,
    listen: {
      ...(port === undefined ? {} : { port }),
      ...(address === undefined ? {} : { addresses: address }),
      ...(redirport === undefined ? {} : { redirectPort: redirport }),
    },
    unixSocket: options.unixsocket,
    unixSocketMode: modeOf(options["unixsocket-mode"]),
    engine: options.engine,
    ssl: options.ssl,
    sslCert: options.sslcert,
    sslKey: options.sslkey,
    sslCa: options.sslca,
    dispatch: {
      headersWs: [
        ...parseHeaders("header", options.header),
        ...parseHeaders("header-ws", options["header-ws"]),
      ],
      headersHttp: [
        ...parseHeaders("header", options.header),
        ...parseHeaders("header-http", options["header-http"]),
      ],
      ...(origin ? { origins: parseOrigins(origin) } : {}),
      ...(sameorigin === undefined ? {} : { sameOrigin: sameorigin }),
      ...(maxframesize === undefined ? {} : { maxFrameSize: maxframesize }),
      ...(pingms === undefined ? {} : { pingMs: pingms }),
      ...(options.subprotocol === undefined ? {} : { subprotocols: namesIn(options.subprotocol) }),
    },
    binary: options.binary,
    passStderr: options.passstderr,
    passEnv: options.passenv?.split(",").map((name) => name.trim()),
    maxForks: options.maxforks,
    maxQueue: options.maxqueue,
    closeMs: options.closems,
    reverseLookup: options.reverselookup,
    logLevel: options.loglevel,
    logFormat: options["log-format"],
  };
}

/** The names in texts, each of which may have several with commas, as for a route. */
export function namesIn(values: readonly string[]): string[] {
  return values.flatMap((list) => list.split(",")).map((name) => name.trim());
}

function modeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : read("unixsocket-mode", text, parseMode);
}

/**
 * Reads the values of an option for headers, `Name: value`.
 *
 * @throws {UsageError} If one is none (exit code 2).
 */
export function parseHeaders(option: string, values: readonly string[] = []): Header[] {
  return values.map((text) => read(option, text, parseHeader));
}

function read<T>(option: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw new UsageError(`Invalid value "${text}" for --${option}: expected ${error.expected}`, 2);
  }
}
