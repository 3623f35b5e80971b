import * as z from "npm:zod@4.6.7";
import { SIZE_FORM } from "../base/read_size.ts";
import { KINDS } from "./kinds.ts";
import type { KindValues, Option } from "./option.ts";
import { expectedBy, readOption, showDefault } from "./read_option.ts";
import { ValueError } from "./value_error.ts";

/** The schema of an option's value in a configuration file. */
export function optionSchema(option: Option): z.ZodType {
  return SCHEMAS[option.kind](option, expectedBy(option)).optional().meta(described(option));
}

/**
 * The value of an option, from what a file says that has passed the schema.
 *
 * @throws {ValueError} If it is none after all.
 */
export function readJson(option: Option, value: unknown): unknown {
  return readOption(option, textsOf(option, value));
}

function textsOf({ kind }: Option, value: unknown): readonly string[] {
  if (kind === "variables") {
    return Object.entries(value as object).map(([name, text]) => {
      if (name === "" || name.includes("=")) throw new ValueError("names without =", name);
      return `${name}=${text}`;
    });
  }
  const texts = [value].flat().map(String);
  return KINDS[kind].adds ? texts : [texts.join(",")];
}

const TIME_FORM = /^\d+(\.\d+)?(ms|s|m|h)?$/;
const RATE_FORM = /^\d+(\.\d+)?(:\d+)?$/;
const BYTE_RATE_FORM = /^(\d+(\.\d+)?|\d+[KMG](iB)?)(:\d+([KMG](iB)?)?)?$/;

/** Makes the schema of an option; the second is what a value is expected to be. */
type Schema = (option: Option, error: string) => z.ZodType;

const SCHEMAS: { readonly [K in keyof KindValues]: Schema } = {
  boolean: (_, error) => z.boolean({ error }),
  switch: (_, error) => z.union([z.boolean({ error }), textSchema(error, /^\//)], { error }),
  topic: (_, error) => z.union([z.boolean({ error }), textSchema(error, /./)], { error }),
  number(option, error) {
    const { least = 0, most = Infinity, unit } = option;
    let schema = z.int({ error });
    if (least > -Infinity) schema = schema.min(least, { error, abort: true });
    if (most < Infinity) schema = schema.max(most, { error, abort: true });
    if (unit === undefined) return schema;
    const text = textSchema(error, unit === "bytes" ? SIZE_FORM : TIME_FORM);
    return checked(option, z.union([schema, text], { error }));
  },
  size(option, error) {
    const number = z.int({ error }).min(0, { error, abort: true });
    return checked(option, z.union([number, textSchema(error, SIZE_FORM)], { error }));
  },
  factor: (option, error) => checked(option, z.number({ error })),
  count(option, error) {
    const { most = Number.MAX_SAFE_INTEGER } = option;
    const number = z.int({ error }).min(1, { error, abort: true }).max(most, {
      error,
      abort: true,
    });
    return checked(option, z.union([number, z.literal("auto", { error })], { error }));
  },
  rate(option, error) {
    const number = z.number({ error }).min(0, { error, abort: true });
    const text = textSchema(error, option.unit === "bytes" ? BYTE_RATE_FORM : RATE_FORM);
    return checked(option, z.union([number, text], { error }));
  },
  duration: timeSchema,
  seconds: timeSchema,
  mode: (option, error) => checked(option, wordSchema(error)),
  owner: (option, error) => checked(option, wordSchema(error)),
  text: (option, error) => checked(option, wordSchema(error)),
  choice: ({ choices }, error) => z.enum(choices as [string, ...string[]], { error }),
  names: listSchema,
  tokens: listSchema,
  texts: listSchema,
  headers: (option, error) => listSchema(option, error, /^[^:]+:/),
  routes: (option, error) => listSchema(option, error, /^(\*|\/.*)=/),
  origins: listSchema,
  auths(option, error) {
    const text = z.string({ error });
    // As a whole: a list of none is a mistake, and so is "none" among others.
    return checked(option, z.union([z.array(text, { error }), text], { error }));
  },
  networks: listSchema,
  base: (option, error) => checked(option, wordSchema(error)),
  place: (option, error) => checked(option, wordSchema(error)),
  bus: (option, error) => checked(option, wordSchema(error)),
  variables(option) {
    const texts = z.string({ error: "a text" });
    return checked(option, z.record(z.string(), texts, { error: "names with texts" }));
  },
};

function timeSchema(option: Option, error: string): z.ZodType {
  const number = z.number({ error }).min(0, { error, abort: true });
  const text = textSchema(error, new RegExp(`${TIME_FORM.source}|^forever$`));
  return checked(option, z.union([number, text], { error }));
}

/** A program with its arguments: words, or a text to be divided. */
export function commandSchema(error: string): z.ZodType {
  const words = z.array(z.string({ error }), { error }).min(1, { error, abort: true });
  return z.union([wordSchema(error), words], { error });
}

/** A text that is not empty. */
export function wordSchema(error: string): z.ZodString {
  return z.string({ error }).min(1, { error, abort: true });
}

function textSchema(error: string, pattern: RegExp): z.ZodString {
  return z.string({ error }).regex(pattern, { error, abort: true });
}

/**
 * Several texts, or one.
 *
 * @param pattern Only for editors: the option's kind knows more.
 */
function listSchema(option: Option, error: string, pattern?: RegExp): z.ZodType {
  const item = checked(option, z.string({ error }));
  const shown = pattern ? item.meta({ pattern: pattern.source }) : item;
  return z.union([z.array(shown, { error }), shown], { error });
}

/** Narrows a schema to what the option takes. */
function checked(option: Option, schema: z.ZodType): z.ZodType {
  return schema.superRefine((value, context) => {
    try {
      readJson(option, value);
    } catch (thrown) {
      if (!(thrown instanceof ValueError)) throw thrown;
      context.addIssue({ code: "custom", message: thrown.expected });
    }
  });
}

/** The words and the default that an editor shows. */
function described(option: Option): Record<string, unknown> {
  const { doc: description, default: given, unset } = option;
  const isShown = unset === undefined && /^(boolean|number|string)$/.test(typeof given);
  if (isShown) return { description, default: given };
  const words = showDefault(option);
  return { description: words === undefined ? description : `${description} (default: ${words})` };
}
