import type { Option } from "../../options/option.ts";
import { showDefault } from "../../options/read_option.ts";
import { routeOptionOf } from "../../options/views.ts";
import { flagSynopsis } from "../flag_table.ts";
import { routeSynopsis } from "../handler_table.ts";
import { columns } from "./layout.ts";

/** Options of the server, with what they do and their defaults. */
export function flagLines(options: readonly Option[]): string[] {
  return columns(options.map((option) => [flagSynopsis(option), docOf(option)]));
}

/** Options as they stand in a route. */
export function routeLines(options: readonly Option[]): string[] {
  const rows = options.map(routeOptionOf);
  return columns(rows.map((option) => [routeSynopsis(option), docOf(option)]));
}

function docOf(option: Option): string {
  const given = showDefault(option);
  return given === undefined || given === "false" ? option.doc : `${option.doc} [${given}]`;
}
