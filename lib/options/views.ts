import type { Option, Properties, Resolved } from "./option.ts";

/** An option as the server has it. */
export function flagOf({ flag, ...option }: Option): Option {
  if (!flag) return option;
  const { unset: _, ...others } = option;
  return { ...others, ...flag };
}

/** An option as a route has it. */
export function routeOptionOf({ flag: _, ...option }: Option): Option {
  if (option.group === undefined) return option;
  return { ...option, unset: option.unset ?? `that of --${option.name}` };
}

/** Values by what the code calls their options; those of other options are left out. */
export function propertiesOf<T extends readonly Option[]>(
  options: T,
  values: Readonly<Record<string, unknown>>,
): Properties<T> {
  return Object.fromEntries(
    options.filter(({ name }) => values[name] !== undefined)
      .map(({ name, as = name }) => [as, values[name]]),
  ) as Properties<T>;
}

/** The same, with the defaults of what nobody has said. */
export function resolvedOf<T extends readonly Option[]>(
  options: T,
  values: Readonly<Record<string, unknown>>,
): Resolved<T> {
  const defaults = options.filter((option) => option.default !== undefined)
    .map(({ name, default: given }) => [name, given]);
  return propertiesOf(options, { ...Object.fromEntries(defaults), ...values }) as Resolved<T>;
}
