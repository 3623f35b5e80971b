import { split } from "npm:shlex@3.0.0";
import { UsageError } from "./errors.ts";

// What is in single quotes, in double quotes, behind a backslash, and all else.
const PARTS = /'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^]/g;

/**
 * Divides a command into its words as a shell does, with quotes respected and nothing expanded.
 *
 * @param where The place at which it stands, for the message.
 * @throws {UsageError} If a quotation is not closed (exit code 2).
 */
export function splitCommand(command: string, where: string): readonly string[] {
  try {
    return split(command.replace(PARTS, (part) => part.startsWith('"') ? unescaped(part) : part));
  } catch {
    throw new UsageError(`Cannot split the words of ${where}: a quotation is not closed`, 2);
  }
}

/** In double quotes, a shell has the backslash before these as well, of which the package knows nothing (POSIX 2.2.3). */
function unescaped(quoted: string): string {
  return quoted.replace(/\\([^])/g, (pair, next) => {
    if (next === "\n") return "";
    return next === "$" || next === "`" ? next : pair;
  });
}
