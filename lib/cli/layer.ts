import type { Settings } from "../settings.ts";
import { FLAGS, type Options } from "../handlers/flags.ts";

/** The settings of one source of the configuration: the command line, the file or the environment. */
export type Layer = Required<Settings>;

/** Names of the options that say what is served at every path, as COMMAND does. */
const OTHERWISE = FLAGS.filter(({ serves }) => serves !== undefined).map(({ name }) => name);

/**
 * Puts layers together, each option from the highest that has it, and so is what several options say
 * together. Routes add up in the same order, because the first that matches wins.
 *
 * @param layers From the highest on.
 */
export function mergeLayers(layers: readonly Layer[]): Layer {
  const served = deciding(layers, OTHERWISE, ({ command }) => command.length > 0);
  const last = new Map(OTHERWISE.map((name) => [name, served]));
  for (const names of SYNONYMS) {
    const index = deciding(layers, names);
    for (const name of names) last.set(name, index);
  }
  const options: Record<string, unknown> = {};
  for (const [index, layer] of layers.entries()) {
    for (const [name, value] of Object.entries(layer.options)) {
      if (index <= (last.get(name) ?? Infinity)) options[name] ??= value;
    }
  }
  return {
    options: options as Options,
    command: layers[served]?.command ?? [],
    routes: layers.flatMap(({ routes }) => routes),
  };
}

/**
 * Finds the options of which a layer below others has no say.
 *
 * @param above The others, from the highest on.
 */
export function overriddenBy(above: readonly Layer[]): (name: string) => boolean {
  const names = new Set(above.flatMap(({ options }) => Object.keys(options)));
  if (deciding(above, OTHERWISE, ({ command }) => command.length > 0) < Infinity) {
    for (const name of OTHERWISE) names.add(name);
  }
  for (const group of SYNONYMS) {
    if (deciding(above, group) < Infinity) { for (const name of group) names.add(name); }
  }
  return (name) => names.has(name);
}

/** Names of options that say the same. */
const SYNONYMS = [...Map.groupBy(FLAGS, ({ name, standsFor = name }) => standsFor).values()]
  .filter((flags) => flags.length > 1)
  .map((flags) => flags.map(({ name }) => name));

/** The highest layer that says one of some options; Infinity where none does. */
function deciding(
  layers: readonly Layer[],
  names: readonly string[],
  decides: (layer: Layer) => boolean = () => false,
): number {
  const index = layers.findIndex((layer) => {
    const options: Readonly<Record<string, unknown>> = layer.options;
    return decides(layer) || names.some((name) => options[name]);
  });
  return index < 0 ? Infinity : index;
}
