import { type Config, resolveConfig } from "../config.ts";
import type { Options } from "../handlers/flags.ts";
import { checkOptions, type OptionTexts } from "./check_options.ts";
import { fileOf, ownVariables, readEnvironment } from "./environment.ts";
import { type Layer, mergeLayers, overriddenBy } from "./layer.ts";
import { parseRoute } from "./route.ts";

/** The command line of a server, parsed into options and a command. */
export interface Words {
  readonly options: Options;
  readonly command: readonly string[];
  /** The texts that the options were said in, for whoever has to be told that one cannot work. */
  readonly texts?: OptionTexts;
}

/** A configuration, and what it was put together from. */
export interface Reading {
  readonly config: Config;
  /** Options of all layers together, without the routes. */
  readonly options: Options;
  /** The configuration file. */
  readonly file: string | undefined;
  /** The variables that were used. */
  readonly variables: readonly string[];
  /** Variables that look like those of options and are none. */
  readonly unknown: readonly string[];
  /** Variables with values that count as not set. */
  readonly unset: readonly string[];
}

/**
 * Puts together what the command line, the configuration file and the environment say: each option is
 * that of the first of them that has it.
 *
 * @param variables The server's variables that begin with `STDWS_`.
 * @throws {UsageError} If it cannot work.
 */
export async function readConfig(
  words: Words,
  variables: Readonly<Record<string, string>> = ownVariables(),
): Promise<Reading> {
  const { config, route = [], ...options } = words.options;
  checkOptions(words.options, words.texts);
  const file = config ?? fileOf(variables);
  const above: Layer[] = [
    { options, command: words.command, routes: route.map((text) => parseRoute(text)) },
    ...(file === undefined ? [] : [await readFile(file)]),
  ];
  const overridden = overriddenBy(above);
  const environment = readEnvironment(variables, (name) => {
    return name === "config" ? config !== undefined : overridden(name);
  });
  const merged = mergeLayers([...above, environment]);
  return {
    config: resolveConfig(merged),
    options: merged.options,
    file,
    variables: environment.used,
    unknown: environment.unknown,
    unset: environment.unset,
  };
}

async function readFile(path: string): Promise<Layer> {
  // Loaded only where there is a file: what reads it makes the start slower.
  const { readConfigFile } = await import("./file.ts");
  return await readConfigFile(path);
}
