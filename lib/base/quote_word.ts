import { quote } from "npm:shlex@3.0.0";
import { escaped, UNPRINTABLE } from "./one_line.ts";

/**
 * A word as a shell reads it again, on one line: what is not printed stands there as in `$'\x1b'`, which bash and
 * zsh know.
 */
export function quoteWord(word: string): string {
  if (word.search(UNPRINTABLE) < 0) return quote(word);
  const text = word.replace(/[\\']/g, "\\$&").replace(UNPRINTABLE, (char) => {
    // There, `\x` is a byte.
    return char < "\x80" ? escaped(char) : escaped(char).replace(/^\\x/, "\\u00");
  });
  return `$'${text}'`;
}
