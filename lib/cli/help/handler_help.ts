import { NAME } from "../../base/version.ts";
import { type HandlerName, kindNamed } from "../../handlers/registry.ts";
import { ROUTE_OPTIONS } from "../../options/tables/route_options.ts";
import { handlerLines } from "../handler_table.ts";
import { paragraph, section } from "./layout.ts";
import { routeLines } from "./option_lines.ts";

/** The lines about a handler. */
export function handlerHelp(name: HandlerName): string[] {
  const { argument, options, example } = kindNamed(name);
  const behind = argument ? ` ${argument.value}` : "";
  const { doc = "" } = handlerLines().find(({ synopsis }) => synopsis === name + behind) ?? {};
  return [
    `${NAME} --route='PATTERN=${name}[?option=value&…]${behind}'`,
    ...paragraph(doc),
    ...options.length > 0 ? section("Options", routeLines(options)) : [],
    ...section("Options of every route", routeLines(ROUTE_OPTIONS)),
    ...example ? section("Example", example.map((line) => `  ${line}`)) : [],
    ...paragraph(`How routes are written: ${NAME} --help=route`),
  ];
}
