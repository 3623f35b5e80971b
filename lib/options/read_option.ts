import { KINDS, type ValueKind } from "./kinds.ts";
import type { Option } from "./option.ts";
import { ValueError } from "./value_error.ts";

/** The row of an option in the table of kinds. */
function rowOf({ kind }: Option): ValueKind<unknown> {
  // A value comes only from the row that it is given to.
  return KINDS[kind] as ValueKind<unknown>;
}

/**
 * Reads the value of an option, whoever has said it.
 *
 * @param texts The texts that were said; more than one only where it was repeated.
 * @throws {ValueError} If it is none.
 */
export function readOption(option: Option, texts: readonly string[]): unknown {
  const value = parseOption(option, texts);
  checkOption(option, value, texts);
  return value;
}

/**
 * Reads what looks like a value of an option; whether the option takes it is not looked at.
 *
 * @throws {ValueError} If it does not look like one.
 */
export function parseOption(option: Option, texts: readonly string[]): unknown {
  const kind = rowOf(option);
  return kind.parse(kind.adds ? texts : texts.slice(-1), option);
}

/**
 * Checks a value against what the option takes.
 *
 * @param texts The texts that it was said in, where it was.
 * @throws {ValueError} If it does not take it.
 */
export function checkOption(option: Option, value: unknown, texts: readonly string[] = []): void {
  const kind = rowOf(option);
  try {
    kind.check?.(value, option);
  } catch (error) {
    const said = texts.at(-1);
    if (!(error instanceof ValueError) || kind.adds || said === undefined) throw error;
    // As it was said: 25h, and not its milliseconds.
    throw new ValueError(error.expected, said, error.known);
  }
}

/** Says what an option takes, to follow “expected”. */
export function expectedBy(option: Option): string {
  return rowOf(option).expected(option);
}

/** A value as it is shown. */
export function showOption(option: Option, value: unknown): string {
  return [rowOf(option).show(value)].flat().join(",");
}

/** The value of an option that is not said, for its documentation; undefined where there is none. */
export function showDefault(option: Option): string | undefined {
  const { unset, default: given } = option;
  return unset ?? (given === undefined ? undefined : showOption(option, given));
}
