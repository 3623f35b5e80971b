import * as z from "zod";
import type { RouteSettings } from "../config.ts";
import type { Option } from "../handlers/option.ts";
import { expectedBy, readValue } from "../handlers/read_value.ts";
import type { HandlerName } from "../handlers/registry.ts";
import {
  checked,
  described,
  listSchema,
  numberSchema,
  textSchema,
  wordSchema,
} from "./file_parts.ts";
import { checkOrigins, FormError } from "./forms.ts";
import { optionsOf } from "./route.ts";

/** A route as an object. */
export type FileRoute = { readonly handler: HandlerName } & Readonly<Record<string, unknown>>;

const DURATION = /^(\d+(\.\d+)?(ms|s|m|h)?|forever)$/;

/** What an option of a route may be in a file. */
export function optionSchema(option: Option): z.ZodType {
  const error = expectedBy(option);
  return optionKind(option, error).optional().meta(described(option));
}

function optionKind(option: Option, error: string): z.ZodType {
  const { kind, name, choices = [], commas } = option;
  const check = (value: unknown) => {
    const read = optionValue(option, value);
    if (name === "origin") checkOrigins(read as string);
  };
  switch (kind) {
    case "boolean":
      return z.boolean({ error });
    case "number":
      return numberSchema({ least: 0, ...option }, error);
    case "choice":
      return z.enum(choices as [string, ...string[]], { error });
    case "duration":
      return checked(
        z.union([z.number({ error }).min(0, { error, abort: true }), textSchema(error, DURATION)], {
          error,
        }),
        check,
      );
    case "list":
      return listSchema(error, check);
    case "variables":
      return checked(
        z.record(z.string(), z.string({ error: "a text" }), {
          error: "names with texts",
        }),
        check,
      );
    default:
      if (commas) return listSchema(error, check);
      return wordSchema(error, check);
  }
}

/**
 * The value of a route's option as its handler takes it.
 *
 * @throws {ValueError} If it is none.
 */
function optionValue(option: Option, value: unknown): unknown {
  if (option.kind === "variables") {
    const texts = Object.entries(value as object).map(([name, text]) => {
      if (name === "" || name.includes("=")) throw new FormError("names without =");
      return `${name}=${text}`;
    });
    return readValue(option, texts);
  }
  return readValue(option, [Array.isArray(value) ? value.join(",") : String(value)]);
}

/** What a route as an object says of its options. */
export function optionValues(route: FileRoute): RouteSettings["values"] {
  return Object.fromEntries(
    optionsOf(route.handler).filter(({ name }) => route[name] !== undefined)
      .map((option) => [option.name, optionValue(option, route[option.name])]),
  );
}
