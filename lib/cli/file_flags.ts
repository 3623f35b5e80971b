import * as z from "zod";
import { checkFlag, expectedBy } from "./flag_value.ts";
import { described, listSchema, numberSchema, textSchema, wordSchema } from "./file_parts.ts";
import type { Flag } from "./flags.ts";

/** What the items of lists look like, as far as an editor can tell; the rest is found when they are read. */
const ITEMS: Readonly<Record<string, RegExp>> = {
  route: /^(\*|\/.*)=/,
  header: /^[^:]+:/,
  "header-ws": /^[^:]+:/,
  "header-http": /^[^:]+:/,
};

/** What an option of the command line may be in a file. */
export function flagSchema(flag: Flag): z.ZodType {
  const error = expectedBy(flag);
  return kindOf(flag, error).optional().meta(described(flag));
}

function kindOf(flag: Flag, error: string): z.ZodType {
  const { kind, choices, commas } = flag;
  const check = (value: unknown) => checkFlag(flag, value);
  switch (kind) {
    case "boolean":
      return z.boolean({ error });
    case "number":
      return numberSchema(flag, error);
    case "switch":
      return z.union([z.boolean({ error }), textSchema(error, /^\//)], { error });
    case "list":
      return listSchema(error, check, ITEMS[flag.name]);
    default:
      if (choices) return z.enum(choices as [string, ...string[]], { error });
      if (commas) return listSchema(error, check);
      return wordSchema(error, check);
  }
}
