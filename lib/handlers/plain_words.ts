import { UsageError } from "../base/errors.ts";
import { placeholdersIn, unescapePlaceholders } from "../process/placeholders.ts";

/**
 * The words of a process that serves all requests: as they stand, `{{name}}` being `{name}`.
 *
 * @param where The place of the words, as `"shared cat"`.
 * @throws {UsageError} If one of them has a placeholder.
 */
export function plainWords(words: readonly string[], where: string): readonly string[] {
  const [name] = placeholdersIn(words);
  if (name === undefined) return words.map(unescapePlaceholders);
  throw new UsageError(
    `Invalid placeholder "{${name}}" in ${where}: its one process serves all requests, so there is no value for it; for the text itself write {{${name}}}`,
  );
}
