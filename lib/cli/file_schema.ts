import * as z from "npm:zod@4.6.7";
import { LAYERED } from "../handlers/flags.ts";
import { HANDLER_NAMES, type HandlerName, kindNamed, optionsOf } from "../handlers/registry.ts";
import { commandSchema, optionSchema, wordSchema } from "../options/schema.ts";

/** The patterns of routes in a file. */
export const PATTERN = /^(\*|\/.*)$/s;

/** The same in words. */
export const EXPECTED_PATTERN = "a path beginning with /, or *";
const EXPECTED_ROUTE = "HANDLER[?option=value&…][ COMMAND args…], or an object with a handler";

/** The schema of a configuration file, made from the tables of the options. */
export const FILE_SCHEMA: z.ZodType = z.strictObject({
  $schema: z.string({ error: "a text" }).optional().meta({
    description: "Where this schema is, for editors",
  }),
  ...Object.fromEntries(LAYERED.map((flag) => [flag.name, optionSchema(flag)])),
  command: commandSchema("COMMAND [args…]").optional().meta({
    description: "What every connection runs where no route matches: words, or a text that is " +
      "divided into words with quotes respected",
  }),
  routes: z.record(
    z.string().regex(PATTERN, { error: EXPECTED_PATTERN }),
    z.union([
      z.string({ error: EXPECTED_ROUTE }).meta({
        description: "HANDLER[?option=value&…][ COMMAND args…], as behind the = of --route",
      }),
      z.discriminatedUnion(
        "handler",
        HANDLER_NAMES.map(routeSchema) as unknown as [ReturnType<typeof routeSchema>],
        { error: HANDLER_NAMES.join(", ") },
      ),
    ], { error: EXPECTED_ROUTE }),
    { error: "an object: patterns with their routes" },
  ).optional().meta({
    description:
      "What is served where, by URLPattern paths as /rooms/:room; the first that matches wins",
  }),
}, { error: "an object" }).meta({
  title: "Configuration of stdws",
  description: "Everything that the command line of stdws can say, by the same names",
});

function routeSchema(handler: HandlerName) {
  const { argument, doc } = kindNamed(handler);
  const word = argument?.kind === "command"
    ? commandSchema(argument.value)
    : wordSchema(argument?.value ?? "");
  return z.strictObject({
    handler: z.literal(handler).meta({ description: doc }),
    ...(argument ? { [argument.name]: word.meta({ description: argument.value }) } : {}),
    ...Object.fromEntries(optionsOf(handler).map((option) => [option.name, optionSchema(option)])),
  }).meta({ title: handler, description: doc });
}
