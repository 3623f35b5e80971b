import { UsageError } from "../../base/errors.ts";
import { placeholdersIn } from "../../process/placeholders.ts";

/**
 * Checks that a command is the same for all clients.
 *
 * @param warm How many of its processes are to wait.
 * @throws {UsageError} If it has a placeholder.
 */
export function expectNoPlaceholders(command: readonly string[], warm: number): void {
  const [name] = placeholdersIn(command);
  if (name === undefined) return;
  throw new UsageError(
    `Invalid placeholder "{${name}}" in "process ${
      command.join(" ")
    }" with warm=${warm}: its processes are started before there is a value for it; say warm=0, or for the text itself {{${name}}}`,
  );
}

/**
 * Checks that so many processes may wait.
 *
 * @throws {UsageError} If the route may have fewer.
 */
export function expectPermits(
  { warm = 0, maxForks = 0 }: { readonly warm?: number; readonly maxForks?: number },
): void {
  if (maxForks <= 0 || warm <= maxForks) return;
  throw new UsageError(
    `warm=${warm} cannot be used with maxforks=${maxForks}: those that wait count as well`,
  );
}
