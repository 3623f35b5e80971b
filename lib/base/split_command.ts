import { split } from "npm:shlex@3.0.0";
import { UsageError } from "./errors.ts";

/**
 * Divides a command into its words, with quotes respected and nothing expanded.
 *
 * @param where The place at which it stands, for the message.
 * @throws {UsageError} If a quotation is not closed (exit code 2).
 */
export function splitCommand(command: string, where: string): readonly string[] {
  try {
    return split(command);
  } catch {
    throw new UsageError(`Cannot split the words of ${where}: a quotation is not closed`, 2);
  }
}
