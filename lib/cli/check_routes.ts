import { quote } from "shlex";
import type { RouteConfig } from "../config.ts";
import { kindNamed } from "../handlers/registry.ts";
import type { Option } from "../options/option.ts";
import { showOption } from "../options/read_option.ts";
import { ROUTE_OPTIONS } from "../options/server_options.ts";

/** A line for each route: its path, its handler, its words, and the options that are not as by default. */
export function checkRoutes(routes: readonly RouteConfig[]): string[] {
  const rows = routes.map((route) => {
    const words = route.words.map(quote).join(" ");
    return [route.path, route.handler, words, optionsText(route)] as const;
  });
  const width = (column: 0 | 1 | 2) => Math.max(0, ...rows.map((row) => row[column].length));
  const [paths, handlers, words] = [width(0), width(1), width(2)];
  return rows.map(([path, handler, command, options]) => {
    const columns = [path.padEnd(paths), handler.padEnd(handlers), command.padEnd(words), options];
    return columns.join("  ").trimEnd();
  });
}

function optionsText({ handler, values, options }: RouteConfig): string {
  const own = kindNamed(handler).options.filter((option) => !isDefault(option, values[option.name]))
    .map((option) => textOf(option, values[option.name]));
  const others: Readonly<Record<string, unknown>> = { ...options };
  const said = (option: Option) => others[option.as ?? option.name];
  // What a route says itself may be the default that the server does not have.
  const ofAnyRoute = ROUTE_OPTIONS.filter((option) => said(option) !== undefined)
    .map((option) => textOf(option, said(option)));
  return [...own, ...ofAnyRoute].map(quote).join(" ");
}

function isDefault({ default: given, together }: Option, value: unknown): boolean {
  if (value === undefined) return true;
  return !together && JSON.stringify(value) === JSON.stringify(given);
}

function textOf(option: Option, value: unknown): string {
  return `${option.name}=${showOption(option, value)}`;
}
