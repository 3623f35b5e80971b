import type { UsageError } from "../base/errors.ts";
import type { ValueError } from "../options/value_error.ts";
import { withoutSecrets } from "../options/without_secrets.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

/**
 * The error of a value that its option does not take.
 *
 * @param where The option, as it was said.
 */
export function refusedValue(
  { text, known, expected }: Pick<ValueError, "text" | "known" | "expected">,
  where: string,
  exitCode: UsageError["exitCode"] = 2,
): UsageError {
  const what = `Invalid value "${withoutSecrets(text)}" for ${where}`;
  return new UnknownNameError(what, `: expected ${expected}`, { said: text, known, exitCode });
}
