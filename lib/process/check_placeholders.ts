import { UsageError } from "../base/errors.ts";
import { runsOf } from "./interpreter.ts";
import { paramVariable, placeholdersIn } from "./placeholders.ts";

/**
 * Checks that no placeholder stands where what a client chooses would be run: as the program, or in what a
 * shell or another interpreter takes as one. What is no placeholder there is written `{{name}}`.
 *
 * @param command The program and its arguments.
 * @throws {UsageError} If one does.
 */
export function checkPlaceholders(command: readonly string[]): void {
  const [chosen] = placeholdersIn(command.slice(0, 1));
  if (chosen !== undefined) {
    throw new UsageError(`Cannot run "${command[0]}": a client could choose the program`);
  }
  const runs = runsOf(command);
  const [name] = placeholdersIn(runs?.words ?? []);
  if (!runs || name === undefined) return;
  const instead = runs.way
    ? `write ${runs.way.replace("{}", `{${name}}`)}`
    : "write a program that takes it";
  throw new UsageError(
    `Cannot put {${name}} into what ${runs.program} runs, a client could run anything there: ${instead}, ` +
      `or read ${
        paramVariable(name)
      } of the environment (braces that are no placeholder: {{${name}}})`,
  );
}
