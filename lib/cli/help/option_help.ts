import { HANDLER_NAMES, kindNamed } from "../../handlers/registry.ts";
import { LAYERED } from "../../handlers/flags.ts";
import type { Option } from "../../options/option.ts";
import { expectedBy } from "../../options/read_option.ts";
import { ROUTE_OPTIONS } from "../../options/tables/route_options.ts";
import { variableOf } from "../environment.ts";
import { columns } from "./layout.ts";
import { flagLines } from "./option_lines.ts";

/** The lines about an option of the server. */
export function optionHelp(flag: Option): string[] {
  const facts: [string, string][] = [["Takes", expectedBy(flag)]];
  if (LAYERED.includes(flag)) facts.push(["Variable", variableOf(flag)]);
  const routes = ROUTE_OPTIONS.some(({ name }) => name === flag.name)
    ? "every route"
    : HANDLER_NAMES.filter((name) => {
      return kindNamed(name).options.some((option) => option.name === flag.name);
    }).join(", ");
  if (routes !== "") facts.push(["Also of", `${routes}, as ${flag.name}= in --route`]);
  if (flag.repeat) facts.push(["Repeatable", "yes"]);
  return [...flagLines([flag]), "", ...columns(facts)];
}
