import { GROUPS, type Option, type Values } from "../options/option.ts";
import { SERVER_OPTIONS } from "../options/server_options.ts";
import { flagOf } from "../options/views.ts";
import { HANDLER_NAMES, type HandlerName, kindNamed, type registry } from "./registry.ts";

type OfHandlers = Extract<
  typeof registry[HandlerName]["options"][number],
  { readonly group: string }
>;

/** Values that were given for the server's options, by their names. */
export type Options = Values<readonly (typeof SERVER_OPTIONS[number] | OfHandlers)[]>;

/** Options of handlers of which the server has one for all routes, too; each once. */
const OF_HANDLERS: readonly Option[] = [
  ...new Map(
    HANDLER_NAMES.flatMap((name) => kindNamed(name).options)
      .filter(({ group }) => group !== undefined)
      .map((option) => [option.name, option]),
  ).values(),
];

/**
 * All options of the server: the parsers of the command line, of the variables and of the configuration
 * file, `--help`, and the table of the README are made from this.
 */
export const FLAGS: readonly Option[] = GROUPS.flatMap((group) => {
  const flags = [...SERVER_OPTIONS, ...OF_HANDLERS].map(flagOf).filter((flag) => {
    return flag.group === group;
  });
  if (group !== "Client" && group !== "Help") return flags;
  return flags.map((flag) => ({ ...flag, client: true, wordsOnly: true }));
});

/** The options that a file and the environment may have as well. */
export const LAYERED: readonly Option[] = FLAGS.filter(({ wordsOnly }) => !wordsOnly);

/** Options that a route has from the server, where it says nothing itself. */
export const INHERITED: readonly Option[] = OF_HANDLERS.filter(({ together }) => !together);
