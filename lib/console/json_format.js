import { jsonTokens } from "./json_tokens.js";

/**
 * Writes a JSON text on one line, all values as they were written.
 *
 * @param {string} text Valid JSON.
 * @returns {string}
 */
export function compactJson(text) {
  return partsOf(text).join("");
}

/**
 * Writes a JSON text with a line for each member, all values as they were written.
 *
 * @param {string} text Valid JSON.
 * @returns {string}
 */
export function prettyJson(text) {
  const written = [];
  let depth = 0;
  let before = "";
  for (const part of partsOf(text)) {
    const ends = part === "}" || part === "]";
    if (ends) depth--;
    // An empty container stays on its line.
    const opened = before === "{" || before === "[";
    if ((opened && !ends) || before === "," || (ends && !opened)) {
      written.push(`\n${"  ".repeat(depth)}`);
    }
    written.push(part === ":" ? ": " : part);
    if (part === "{" || part === "[") depth++;
    before = part;
  }
  return written.join("");
}

function partsOf(text) {
  const parts = [];
  for (const { kind, start, end } of jsonTokens(text)) {
    if (kind !== "space") parts.push(text.slice(start, end));
  }
  return parts;
}
