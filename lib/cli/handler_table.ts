import { HANDLER_NAMES, kindNamed } from "../handlers/registry.ts";
import type { Option } from "../options/option.ts";
import { showDefault } from "../options/read_option.ts";
import { ROUTE_OPTIONS } from "../options/tables/route_options.ts";
import { routeOptionOf } from "../options/views.ts";
import { tableRow } from "./table_row.ts";

/** A handler as it stands in a route, with what it does. */
export interface HandlerLine {
  /** The handler's name and what follows it, such as `process COMMAND [args…]`. */
  readonly synopsis: string;
  readonly doc: string;
}

/** All handlers in the order of the registry. */
export function handlerLines(): HandlerLine[] {
  return HANDLER_NAMES.map((name) => {
    const { argument, doc } = kindNamed(name);
    return { synopsis: argument ? `${name} ${argument.value}` : name, doc };
  });
}

/** The handlers and their options as two tables in Markdown, for the README. */
export function handlerTable(): string {
  const handlers = handlerLines().map(({ synopsis, doc }) => tableRow(code(synopsis), doc));
  const options = Array.from(optionLines(), ([, { option, handlers }]) => {
    const given = showDefault(option) ?? "";
    return tableRow(
      code(routeSynopsis(option)),
      handlers.join(", "),
      isWords(given) ? given : code(given),
      option.doc,
    );
  });
  return [
    tableRow("handler", "meaning"),
    tableRow("---", "---"),
    ...handlers,
    "",
    tableRow("option", "of", "default", "meaning"),
    tableRow("---", "---", "---", "---"),
    ...options,
    "",
  ].join("\n");
}

interface OptionLine {
  readonly option: Option;
  readonly handlers: string[];
}

/** Each option once, where it is the same for several handlers. */
function optionLines(): Map<string, OptionLine> {
  const lines = new Map<string, OptionLine>();
  function add(row: Option, handler: string): void {
    const option = routeOptionOf(row);
    const key = JSON.stringify(option);
    const line = lines.get(key) ?? { option, handlers: [] };
    line.handlers.push(handler);
    lines.set(key, line);
  }
  for (const option of ROUTE_OPTIONS) add(option, "all");
  for (const name of HANDLER_NAMES) {
    for (const option of kindNamed(name).options) add(option, name);
  }
  return lines;
}

/** An option as it is written in a route, such as `history=N`. */
export function routeSynopsis({ name, kind, value, choices }: Option): string {
  if (kind === "boolean") return `${name}=true|false`;
  return `${name}=${value ?? choices?.join("|") ?? "…"}`;
}

function isWords(text: string): boolean {
  return text === "" || text.includes(" ");
}

function code(text: string): string {
  return `\`${text}\``;
}
