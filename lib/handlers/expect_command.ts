import { UsageError } from "../base/errors.ts";
import { shown } from "../base/shown.ts";

/**
 * Checks that a command is a list of words: of a text, the first letter would be taken for a program.
 *
 * @param of The function that takes it, as `process()`.
 * @throws {UsageError} If it is none.
 */
export function expectCommand(command: readonly string[], of: string): void {
  const isList = Array.isArray(command) && command.length > 0;
  if (isList && command.every((word) => typeof word === "string")) return;
  throw new UsageError(
    `Invalid command ${shown(command)} of ${of}: expected a list of words, as ["ls", "-l"]`,
  );
}
