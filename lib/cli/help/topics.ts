import { FLAGS } from "../../handlers/flags.ts";
import { HANDLER_NAMES } from "../../handlers/registry.ts";
import { GROUPS } from "../../options/option.ts";
import { connectHelp } from "./connect_help.ts";
import { handlerHelp } from "./handler_help.ts";
import { flagLines } from "./option_lines.ts";
import { optionHelp } from "./option_help.ts";
import { overview } from "./overview.ts";
import { routeHelp } from "./route_help.ts";
import { variablesHelp } from "./variables_help.ts";

/**
 * All that help can be had about, by its names, of which the first that is there wins: pages, handlers, groups of
 * options, options.
 */
export function topics(): Map<string, () => string[]> {
  const pages: [string, () => string[]][] = [
    ["all", all],
    ["route", routeHelp],
    ["connect", connectHelp],
    ["client", connectHelp],
    ["variables", variablesHelp],
  ];
  const handlers = HANDLER_NAMES.map((name) => [name, () => handlerHelp(name)] as const);
  const groups = GROUPS.map((group) => {
    const flags = FLAGS.filter((flag) => flag.group === group);
    return [group.toLowerCase(), () => [`${group}:`, ...flagLines(flags)]] as const;
  });
  const options = FLAGS.map((flag) => [flag.name, () => optionHelp(flag)] as const);
  return new Map([...options, ...groups, ...handlers, ...pages]);
}

function all(): string[] {
  const line = ["", "─".repeat(80), ""];
  return [
    ...overview(),
    ...[
      routeHelp,
      ...HANDLER_NAMES.map((name) => () => handlerHelp(name)),
      connectHelp,
      variablesHelp,
    ]
      .flatMap((page) => [...line, ...page()]),
  ];
}
