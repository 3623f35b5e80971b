import { UsageError } from "../base/errors.ts";
import type { Settings } from "../config.ts";
import type { Header } from "../socket/dispatch.ts";
import { parseOrigins } from "../socket/origin.ts";
import type { Options } from "./flags.ts";

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
        ...headers("header", options.header),
        ...headers("header-ws", options["header-ws"]),
      ],
      headersHttp: [
        ...headers("header", options.header),
        ...headers("header-http", options["header-http"]),
      ],
      ...(origin ? { origins: parseOrigins(origin) } : {}),
      ...(sameorigin === undefined ? {} : { sameOrigin: sameorigin }),
      ...(maxframesize === undefined ? {} : { maxFrameSize: maxframesize }),
      ...(pingms === undefined ? {} : { pingMs: pingms }),
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

function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0?[0-7]{3}$/.test(text)) return parseInt(text, 8);
  throw new UsageError(
    `Invalid value "${text}" for --unixsocket-mode: expected three octal digits, as 0660`,
    2,
  );
}

function headers(option: string, values: readonly string[] = []): Header[] {
  return values.map((text) => {
    const colon = text.indexOf(":");
    const header: Header = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
    try {
      if (colon > 0) {
        // Refuses what cannot be a name or a value.
        new Headers([[...header]]);
        return header;
      }
    } catch {
      // Said below, with the option.
    }
    throw new UsageError(`Invalid value "${text}" for --${option}: expected "Name: value"`, 2);
  });
}
