import { quote } from "shlex";
import { PROCESS_DEFAULTS, type RouteConfig } from "../config.ts";
import type { Option } from "../handlers/option.ts";
import { readValue } from "../handlers/read_value.ts";
import { registry } from "../handlers/registry.ts";
import type { OriginRule } from "../socket/origin.ts";

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
  const own = registry[handler].options as readonly Option[];
  const found = own.flatMap((option) => {
    const value = (values as Readonly<Record<string, unknown>>)[option.name];
    return value === undefined || isDefault(option, value)
      ? []
      : [`${option.name}=${valueText(option, value)}`];
  });
  const { origins, subprotocols, maxFrameSize, pingMs } = options;
  if (origins) found.push(`origin=${origins.map(originText).join(",")}`);
  if (subprotocols) found.push(`subprotocol=${subprotocols.join(",")}`);
  if (maxFrameSize !== undefined) found.push(`maxframesize=${maxFrameSize}`);
  if (pingMs !== undefined) found.push(`pingms=${pingMs}`);
  return found.map(quote).join(" ");
}

function isDefault(option: Option, value: unknown): boolean {
  const text = JSON.stringify(value);
  if (JSON.stringify(PROCESS_DEFAULTS[option.name]) === text) return true;
  try {
    return JSON.stringify(readValue(option, [option.default ?? ""])) === text;
  } catch {
    // It is said in words, or there is none.
    return false;
  }
}

function valueText({ kind }: Option, value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  // Not their values: they may be secrets, and this is read by others.
  if (kind === "variables") return Object.keys(value as object).join(",");
  return value === Infinity ? "forever" : String(value);
}

function originText({ scheme, host, port }: OriginRule): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return (scheme === undefined ? "" : `${scheme}://`) + name +
    (port === undefined ? "" : `:${port}`);
}
