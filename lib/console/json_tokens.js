/**
 * A part of a JSON text.
 *
 * @typedef {object} Token
 * @property {"space" | "string" | "number" | "literal" | "punctuation" | "bad"} kind
 * @property {number} start
 * @property {number} end For a bad one: where the fault is.
 * @property {string} [fault] The mistake in a bad one.
 */

const SPACE = /[ \t\n\r]+/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[a-zA-Z]+/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = ["true", "false", "null"];

/**
 * Takes a text apart into the tokens of JSON (RFC 8259 §2). Every character is in one of them; a bad
 * one is the last.
 *
 * @param {string} text
 * @returns {Generator<Token>}
 */
export function* jsonTokens(text) {
  for (let start = 0; start < text.length;) {
    const token = tokenAt(text, start);
    yield token;
    if (token.kind === "bad") return;
    start = token.end;
  }
}

function tokenAt(text, start) {
  const character = text[start];
  if ("{}[],:".includes(character)) return { kind: "punctuation", start, end: start + 1 };
  if (character === '"') return stringAt(text, start);
  const space = endOf(SPACE, text, start);
  if (space > start) return { kind: "space", start, end: space };
  const number = endOf(NUMBER, text, start);
  if (number > start) return { kind: "number", start, end: number };
  const word = endOf(WORD, text, start);
  if (LITERALS.includes(text.slice(start, word))) return { kind: "literal", start, end: word };
  const found = text.slice(start, Math.max(word, start + 1)).slice(0, 20);
  return { kind: "bad", start, end: start, fault: `Unexpected ${JSON.stringify(found)}` };
}

/** Not one expression: on a string of a mebibyte it would need more stack than there is. */
function stringAt(text, start) {
  for (let at = start + 1; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { kind: "string", start, end: at + 1 };
    if (code < 0x20) {
      return { kind: "bad", start, end: at, fault: "A control character in a string" };
    }
    if (code !== 0x5c) at++;
    else {
      const end = endOf(ESCAPE, text, at);
      if (end === at) return { kind: "bad", start, end: at, fault: "A bad escape in a string" };
      at = end;
    }
  }
  return { kind: "bad", start, end: text.length, fault: "A string without its end" };
}

function endOf(pattern, text, start) {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}
