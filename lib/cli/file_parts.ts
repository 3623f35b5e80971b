import * as z from "zod";
import { type Option } from "../handlers/option.ts";
import { ValueError } from "../handlers/read_value.ts";
import type { Flag } from "./flags.ts";
import { FormError } from "./forms.ts";

/** Looks at what a schema cannot express; throws what tells what is expected. */
export type Check = (value: unknown) => void;

/** A program with its arguments: words, or a text to be divided. */
export function commandSchema(error: string): z.ZodType {
  const words = z.array(z.string({ error }), { error }).min(1, { error, abort: true });
  return z.union([z.string({ error }).min(1, { error, abort: true }), words], { error });
}

/** A text that is not empty. */
export function wordSchema(error: string, check: Check = () => {}): z.ZodType {
  return checked(z.string({ error }).min(1, { error, abort: true }), check);
}

/** Several texts, or one. */
export function listSchema(
  error: string,
  check: Check,
  pattern?: RegExp,
): z.ZodType {
  const item = checked(z.string({ error }), check);
  // Only for editors: the check knows more.
  const shown = pattern ? item.meta({ pattern: pattern.source }) : item;
  return z.union([z.array(shown, { error }), shown], { error });
}

/** What a schema admits, if the check has nothing against it. */
export function checked(schema: z.ZodType, check: Check): z.ZodType {
  return schema.superRefine((value, context) => {
    try {
      check(value);
    } catch (thrown) {
      if (!(thrown instanceof ValueError || thrown instanceof FormError)) throw thrown;
      context.addIssue({ code: "custom", message: thrown.expected });
    }
  });
}

/** A text that looks like this. */
export function textSchema(error: string, pattern: RegExp): z.ZodString {
  return z.string({ error }).regex(pattern, { error, abort: true });
}

/** A whole number within limits. */
export function numberSchema(limits: Pick<Option, "least" | "most">, error: string): z.ZodType {
  let schema = z.int({ error });
  if (limits.least !== undefined) schema = schema.min(limits.least, { error, abort: true });
  if (limits.most !== undefined) schema = schema.max(limits.most, { error, abort: true });
  return schema;
}

/** What an editor shows. */
export function described(
  { doc, default: given, ...option }: Flag | Option,
): Record<string, unknown> {
  if (given === undefined) return { description: doc };
  const value = option.kind === "boolean" || option.kind === "switch"
    ? given === "true"
    : /^(number|duration)$/.test(option.kind) && /^\d+$/.test(given)
    ? Number(given)
    : option.choices?.includes(given)
    ? given
    : undefined;
  // Some are words, which would be no value of the option.
  if (value === undefined) return { description: `${doc} (default: ${given})` };
  return { description: doc, default: value };
}
