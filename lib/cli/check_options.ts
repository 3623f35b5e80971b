import { FLAGS, type Options } from "../handlers/flags.ts";
import { checkOption } from "../options/read_option.ts";
import { ValueError } from "../options/value_error.ts";
import { refusedValue } from "./refused_value.ts";

/** The texts that options were said in, by the names of the options. */
export type OptionTexts = ReadonlyMap<string, readonly string[]>;

/**
 * Checks what a command line says against what its options take.
 *
 * @param texts The texts of those that were read from some.
 * @throws {UsageError} If one of them cannot work (exit code 1).
 */
export function checkOptions(
  options: Options,
  texts: OptionTexts = new Map(),
): void {
  const values: Readonly<Record<string, unknown>> = options;
  for (const flag of FLAGS) {
    const value = values[flag.name];
    try {
      if (value !== undefined) checkOption(flag, value, texts.get(flag.name));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw refusedValue(error, `--${flag.name}`, 1);
    }
  }
}
