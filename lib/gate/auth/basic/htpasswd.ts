import { messageOf, UsageError } from "../../../base/errors.ts";
import { quoteWord } from "../../../base/quote_word.ts";
import { shown } from "../../../base/shown.ts";
import type { Line } from "../watched_file.ts";
import { parsePasswordHash, type PasswordHash } from "./password_hash.ts";

/** The users in a file, and the hashes of their passwords. */
export interface Htpasswd {
  readonly users: ReadonlyMap<string, PasswordHash>;
  /** The same hashes by number. */
  readonly hashes: readonly PasswordHash[];
}

/**
 * Reads the lines of a file as `htpasswd` writes it: `NAME:HASH`, and behind another colon what is ignored.
 *
 * @param path The name of the file, for messages.
 * @throws {UsageError} If one of them cannot be used.
 */
export function parseHtpasswd(lines: readonly Line[], path: string): Htpasswd {
  const file = quoteWord(path);
  const users = new Map<string, PasswordHash>();
  for (const { text, place } of lines) {
    const [name = "", hash] = text.split(":");
    if (name === "" || hash === undefined) {
      throw new UsageError(
        `Cannot use the line at ${place}: expected NAME:HASH, as htpasswd writes it`,
      );
    }
    const refuse = (why: string): never => {
      throw new UsageError(`Cannot use the password of ${shown(name)} at ${place}: ${why}`);
    };
    if (users.has(name)) refuse("there is another one above");
    try {
      users.set(name, parsePasswordHash(hash));
    } catch (error) {
      refuse(`${messageOf(error)}; htpasswd -B ${file} ${quoteWord(name)} sets one that is`);
    }
  }
  if (users.size === 0) {
    throw new UsageError(
      `Cannot use "${path}": there is nobody in it; htpasswd -B ${file} NAME adds somebody`,
    );
  }
  return { users, hashes: [...users.values()] };
}
