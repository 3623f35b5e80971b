import { jsonTokens } from "./json_tokens.js";

/**
 * A value in a JSON text. It keeps its source, because a number of 20 digits, a key that comes twice and
 * the key `__proto__` do not survive `JSON.parse`.
 *
 * @typedef {object} Node
 * @property {"object" | "array" | "string" | "number" | "literal"} kind
 * @property {string} source Of a container only the opening bracket.
 * @property {string} [key] As written, with its quotes.
 * @property {Node[]} [children]
 */

/**
 * The mistake in a text, and where it is.
 *
 * @typedef {object} Fault
 * @property {string} message
 * @property {number} offset From 0.
 * @property {number} line From 1.
 * @property {number} column From 1.
 */

const CONTAINERS = { "{": "object", "[": "array" };
const ENDS = { "}": "object", "]": "array" };

/**
 * Reads a JSON text (RFC 8259) of any depth.
 *
 * @param {string} text
 * @returns {{ root: Node } | { fault: Fault }}
 */
export function parseJson(text) {
  const top = { children: [] };
  const open = [top];
  // What may come: "value", "value or end", "key", "key or end", "colon", "next" (a comma or the end).
  let state = "value";
  let key;
  for (const { kind, start, end, fault } of jsonTokens(text)) {
    if (kind === "bad") return { fault: faultAt(text, end, fault) };
    if (kind === "space") continue;
    const source = text.slice(start, end);
    const parent = open.at(-1);
    const refuse = () => ({ fault: faultAt(text, start, unexpected(source, state, parent)) });
    if (state.startsWith("value") && (kind !== "punctuation" || source in CONTAINERS)) {
      const node = { kind: CONTAINERS[source] ?? kind, source, key };
      key = undefined;
      parent.children.push(node);
      if (kind !== "punctuation") state = "next";
      else {
        node.children = [];
        open.push(node);
        state = source === "{" ? "key or end" : "value or end";
      }
    } else if (state.startsWith("key") && kind === "string") {
      key = source;
      state = "colon";
    } else if (state === "colon" && source === ":") state = "value";
    else if (state === "next" && source === "," && parent !== top) {
      state = parent.kind === "object" ? "key" : "value";
    } else if (/end|next/.test(state) && source in ENDS && ENDS[source] === parent.kind) {
      open.pop();
      state = "next";
    } else return refuse();
  }
  if (open.length === 1 && state === "next") return { root: top.children[0] };
  return { fault: faultAt(text, text.length, `The text ends, but ${wanted(state, open.at(-1))}`) };
}

function unexpected(source, state, parent) {
  return `Unexpected ${source.slice(0, 20)}: ${wanted(state, parent)}`;
}

function wanted(state, { kind }) {
  const end = kind === "object" ? "}" : "]";
  switch (state) {
    case "key":
      return "a key in double quotes is expected";
    case "key or end":
      return "a key in double quotes or } is expected";
    case "colon":
      return "a colon is expected";
    case "next":
      return kind === undefined ? "the value is complete" : `a comma or ${end} is expected`;
    case "value or end":
      return "a value or ] is expected";
    default:
      return "a value is expected";
  }
}

function faultAt(text, offset, message) {
  const lines = text.slice(0, offset).split("\n");
  return { message, offset, line: lines.length, column: lines.at(-1).length + 1 };
}
