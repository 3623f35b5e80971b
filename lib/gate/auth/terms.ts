import { UsageError } from "../../base/errors.ts";

/** A value of `auth=` behind its kind: what it names, and its terms. */
export interface Terms<N extends string> {
  /** A file or an address. */
  readonly target: string;
  /** The values of the terms that are said, by their names. */
  readonly said: Readonly<Partial<Record<N, string>>>;
}

const DIVIDER = /;(?=[\w-]+=)/;

/** The beginning of a target that is an address, and no file. */
export const URL_START = /^https?:/i;

/** The target alone. */
export function targetOf(text: string): string {
  return text.split(DIVIDER, 1)[0] ?? "";
}

/**
 * Reads `TARGET[;name=value…]`. A semicolon divides only where a name follows: neither `?` nor `&`, which an address has
 * of its own, and which divide the options of a route.
 *
 * @param kind The kind in front of it, for the message.
 * @param names The terms that there are.
 * @throws {UsageError} If a term is not one of them, is said twice, or is empty.
 */
export function readTerms<const N extends string>(
  kind: string,
  text: string,
  names: readonly N[],
): Terms<N> {
  const [target = "", ...terms] = text.split(DIVIDER);
  const refuse = (why: string) => new UsageError(why, 2);
  if (target === "") throw refuse(`There is no file or address in front of ";${terms.join(";")}"`);
  const said: Partial<Record<N, string>> = {};
  for (const term of terms) {
    const equals = term.indexOf("=");
    const given = term.slice(0, equals);
    const name = names.find((name) => name === given);
    if (!name) throw refuse(`Unknown term "${given}": ${kind} takes ${names.join(", ")}`);
    const value = term.slice(equals + 1);
    if (value === "") throw refuse(`No value for ${name}`);
    if (Object.hasOwn(said, name)) throw refuse(`There are two values for ${name}`);
    said[name] = value;
  }
  return { target, said };
}

/**
 * The parts of a value that are divided by commas; none where it is not said.
 *
 * @throws {UsageError} If one of them is empty: a list that nobody is on by mistake must not count as not said.
 */
export function listOf(value: string | undefined): readonly string[] {
  const parts = value?.split(",").map((part) => part.trim()) ?? [];
  if (parts.includes("")) throw new UsageError(`There is nothing beside a comma in "${value}"`, 2);
  return parts;
}
