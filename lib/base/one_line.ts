/**
 * Characters that are not printed: those that end a line or steer a terminal, and those by which a text is shown
 * in another order than it has (Unicode UAX #9, "Trojan Source", CVE-2021-42574). The tab is none of them.
 */
export const UNPRINTABLE =
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line of a text, for whatever is printed: what a client, a program or a file says must not look like a line of
 * its own, nor steer a terminal.
 */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** A character that is not printed as shells and programming languages write it, such as `\x1b`. */
export function escaped(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\r") return "\\r";
  const hex = char.charCodeAt(0).toString(16);
  return hex.length > 2 ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`;
}
