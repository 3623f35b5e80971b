import { FRAMING_OF } from "../options/tables/message_options.ts";

/**
 * The framing that a route is meant to have by an option which has another name there: on the command line it may be
 * `--binary`, as websocketd has it. Undefined where the name is none of these, or the handler has no framings.
 *
 * @param known The options of the handler.
 */
export function framingNamed(name: string, known: readonly string[]): string | undefined {
  if (!known.includes("framing") || !Object.hasOwn(FRAMING_OF, name)) return undefined;
  return FRAMING_OF[name as keyof typeof FRAMING_OF];
}
