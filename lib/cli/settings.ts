import { UsageError } from "../base/errors.ts";
import type { Settings } from "../config.ts";
import type { Header } from "../socket/dispatch.ts";
import { parseOrigins } from "../socket/origin.ts";
import { type Flag, FLAGS, type Options } from "./flags.ts";

/**
 * What the options of a command line set.
 *
 * @throws {UsageError} If a value does not parse (exit code 2), or this version has not got an option
 * that websocketd has (exit code 1).
 */
export function settingsOf(options: Options, command: readonly string[]): Settings {
  for (const flag of FLAGS as readonly Flag[]) {
    // A boolean that is switched off asks for nothing.
    if (!flag.missing || !options[flag.name as keyof Options]) continue;
    throw new UsageError(`Option --${flag.name} is not supported yet in this version`);
  }
  const { origin, maxframesize, pingms, sameorigin } = options;
  return {
    command,
    dir: options.dir,
    echo: options.echo,
    broadcast: options.broadcast,
    listen: {
      port: options.port ?? 80,
      addresses: options.address ?? [],
    },
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
