import { UsageError } from "../base/errors.ts";
import { parseWord } from "./parse_word.ts";
import { paramVariable, placeholdersIn } from "./placeholders.ts";
import { isRunner, shellCode } from "./runners.ts";

/**
 * Checks that a client cannot choose what is run: a placeholder says by a pattern what may stand for it, as
 * `{name:[a-z]+}`, or stands behind `--`, where a program takes data. What is no placeholder is written
 * `{{name}}`.
 *
 * @param command The program and its arguments.
 * @param unsafe Whether all that is admitted but in place of the program; default false.
 * @throws {UsageError} If a client can.
 */
export function checkPlaceholders(command: readonly string[], unsafe = false): void {
  const [chosen] = placeholdersIn(command.slice(0, 1));
  if (chosen !== undefined) {
    throw new UsageError(`Cannot run "${command[0]}": a client could choose the program`);
  }
  if (unsafe) return;
  const code = shellCode(command);
  for (const [at, word] of command.entries()) {
    const [name] = placeholdersIn([word]);
    if (name === undefined) continue;
    const shell = code.get(at);
    if (shell !== undefined) {
      throw refusal(
        name,
        `what ${shell} runs: write ${shell} -c '… "$1" …' ${shell} ${fenced(name)}`,
      );
    }
    if (parseWord(word).every((part) => typeof part === "string" || part.fence)) continue;
    const before = command.slice(0, at);
    const runner = before.find(isRunner);
    if (runner !== undefined) {
      throw refusal(
        name,
        `the words of ${runner}, which runs other programs: write ${fenced(name)}`,
      );
    }
    if (before.includes("--")) continue;
    throw refusal(name, `"${word}" as it is: write ${fenced(name)}, or -- in front of it`);
  }
}

function fenced(name: string): string {
  return `{${name}:[a-z0-9]+}, or another pattern of what it may be`;
}

function refusal(name: string, where: string): UsageError {
  return new UsageError(
    `Cannot put {${name}} into ${where}, or read ${paramVariable(name)} of the environment ` +
      `(braces that are no placeholder: {{${name}}}; unsafe=true admits anything)`,
  );
}
