import { element } from "./dom.js";
import { asciiOf, hexOf } from "./hex.js";
import { jsonTokens } from "./json_tokens.js";
import { visibleText } from "./visible_text.js";

/** The most that is shown: as much as a line of the list has room for, and some more. */
const CHARACTERS = 240;
const BYTES = 24;

/**
 * Shows an entry on one line.
 *
 * @param {import("./journal.js").Entry} entry
 * @returns {Node}
 */
export function preview({ data, facts }) {
  if (facts) return factsLine(facts, data);
  if (typeof data !== "string") return bytesLine(data);
  const start = data.slice(0, CHARACTERS);
  const tokens = /^\s*[[{]/.test(start) ? tokensOf(start, data.length > CHARACTERS) : undefined;
  const line = tokens ? jsonLine(start, tokens) : oneLine(start);
  if (data.length > CHARACTERS) line.append("…");
  return line;
}

/** The tokens, unless it only looks like JSON; what is cut off may be cut off in a token. */
function tokensOf(text, isCut) {
  const tokens = [...jsonTokens(text)];
  const last = tokens.at(-1);
  if (last.kind !== "bad") return tokens;
  const inToken = isCut &&
    (last.end === text.length || /^(\\u?\w{0,4}|-|\w+)$/.test(text.slice(last.end)));
  return inToken ? tokens : undefined;
}

function jsonLine(text, tokens) {
  const line = document.createDocumentFragment();
  tokens.forEach(({ kind, start, end }, index) => {
    if (kind === "bad") return line.append(oneLine(text.slice(start)));
    const next = tokens.slice(index + 1).find((token) => token.kind !== "space");
    const isKey = kind === "string" && next && text[next.start] === ":";
    const part = oneLine(text.slice(start, end));
    const plain = kind === "space" || kind === "punctuation";
    line.append(plain ? part : element("span", `json-${isKey ? "key" : kind}`, part));
  });
  return line;
}

function bytesLine(bytes) {
  const shown = bytes.subarray(0, BYTES);
  const line = document.createDocumentFragment();
  line.append(element("span", "type", "binary"), hexOf(shown));
  if (bytes.length > BYTES) line.append(" …");
  line.append(element("span", "hex-ascii", asciiOf(shown)));
  return line;
}

function factsLine(facts, words) {
  const line = document.createDocumentFragment();
  for (const [name, value] of Object.entries(facts)) {
    const shown = typeof value === "string" ? oneLine(JSON.stringify(value)) : String(value);
    line.append(element("span", "fact", element("span", "fact-name", name), " ", shown));
  }
  line.append(element("span", "words", oneLine(words)));
  return line;
}

function oneLine(text) {
  const line = document.createDocumentFragment();
  text.split("\n").forEach((part, index) => {
    if (index > 0) line.append(element("span", "hidden-character", "LF"));
    line.append(visibleText(part));
  });
  return line;
}
