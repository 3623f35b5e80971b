import type { RouteSettings } from "../config.ts";
import { type Flag, FLAGS, type Options } from "./flags.ts";

/** What one source of the configuration says: the command line, the file or the environment. */
export interface Layer {
  readonly options: Options;
  readonly command: readonly string[];
  /** In place of the option `route`. */
  readonly routes: readonly RouteSettings[];
}

/** Options that only the command line has. */
const WORDS_ONLY = ["config", "check", "connect"];

/** The options that a file and the environment may have as well. */
export const LAYERED: readonly Flag[] = FLAGS.filter((flag: Flag) => {
  return flag.group !== "Help" && flag.group !== "Client" && !WORDS_ONLY.includes(flag.name);
});

/** Those that say what is served at every path; the highest layer that names one decides for all of them. */
const OTHERWISE = ["dir", "echo", "broadcast"] as const;

/**
 * Puts layers together, each option from the highest that has it. Routes add up in the same order, because
 * the first that matches wins.
 *
 * @param layers From the highest on.
 */
export function mergeLayers(layers: readonly Layer[]): Layer {
  const deciding = layers.findIndex(({ options, command }) => {
    return command.length > 0 || OTHERWISE.some((name) => options[name]);
  });
  const last = deciding < 0 ? layers.length : deciding;
  const options: Record<string, unknown> = {};
  for (const [index, layer] of layers.entries()) {
    for (const [name, value] of Object.entries(layer.options)) {
      if (index > last && OTHERWISE.some((other) => other === name)) continue;
      options[name] ??= value;
    }
  }
  return {
    options: options as Options,
    command: layers[deciding]?.command ?? [],
    routes: layers.flatMap(({ routes }) => routes),
  };
}
