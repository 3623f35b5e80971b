import { oneLine } from "../base/one_line.ts";
import { quoteWord } from "../base/quote_word.ts";
import type { Said } from "../settings.ts";
import { acceptOf, type RouteOptions } from "../gate/route.ts";
import { kindNamed } from "../handlers/registry.ts";
import type { Option } from "../options/option.ts";
import { showOption } from "../options/read_option.ts";
import { REQUESTS } from "../options/tables/route_options.ts";
import type { NamedRoute } from "../routes.ts";

/** The part of a route that is looked at. */
export type CheckedRoute = Pick<NamedRoute, "config" | "handler">;

/**
 * A line for each route: its path, its handler, its words, and the options in force that are not as by
 * default.
 *
 * @param server Options of the server, for routes that say nothing else.
 */
export function checkRoutes(routes: readonly CheckedRoute[], server: Said<RouteOptions>): string[] {
  const rows = routes.map((route) => {
    const { path, handler, words } = route.config;
    return [
      oneLine(path),
      handler,
      words.map(quoteWord).join(" "),
      optionsText(route, server),
    ] as const;
  });
  const width = (column: 0 | 1 | 2) => Math.max(0, ...rows.map((row) => row[column].length));
  const [paths, handlers, words] = [width(0), width(1), width(2)];
  return rows.map(([path, handler, command, options]) => {
    const columns = [path.padEnd(paths), handler.padEnd(handlers), command.padEnd(words), options];
    return columns.join("  ").trimEnd();
  });
}

function optionsText({ config, handler }: CheckedRoute, server: Said<RouteOptions>): string {
  const { values } = config;
  const own = kindNamed(config.handler).options
    .filter((option) => !isDefault(option, values[option.name]))
    .map((option) => textOf(option, values[option.name]));
  const said: Values = { ...config.options };
  // All of these are of WebSockets.
  const inherited: Values = acceptOf(handler) ? { ...server } : {};
  const ofAnyRoute = REQUESTS.flatMap((option: Option) => {
    const { name, as = name } = option;
    // What a route says itself may be the default that the server does not have.
    if (said[as] !== undefined) return [textOf(option, said[as])];
    return isDefault(option, inherited[as]) ? [] : [textOf(option, inherited[as])];
  });
  return [...own, ...ofAnyRoute].map(quoteWord).join(" ");
}

type Values = Readonly<Record<string, unknown>>;

function isDefault({ default: given, together }: Option, value: unknown): boolean {
  if (value === undefined) return true;
  return !together && JSON.stringify(value) === JSON.stringify(given);
}

function textOf(option: Option, value: unknown): string {
  return `${option.name}=${showOption(option, value)}`;
}
