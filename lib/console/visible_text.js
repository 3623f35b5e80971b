import { element } from "./dom.js";

// deno-fmt-ignore
const CONTROL_NAMES = [
  "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
  "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
];

// Controls but for tab and line feed; what has no shape or turns the direction of the text around it,
// but for the joiners, which many scripts and emoji need; halves of surrogate pairs.
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/**
 * Takes a text apart into what can be seen and what has to be named to be seen.
 *
 * @param {string} text
 * @returns {{ text: string, hidden: boolean }[]} A hidden one has its name: `NUL`, `U+202E`, `NUL×3`.
 */
export function visibleRuns(text) {
  const runs = [];
  let end = 0;
  for (let match, before; (match = HIDDEN.exec(text)); end = HIDDEN.lastIndex) {
    const name = nameOf(match[0]);
    if (match.index > end) runs.push({ text: text.slice(end, match.index), hidden: false });
    // Thousands of the same would be thousands of elements.
    if (match.index === end && before?.name === name) {
      before.run.text = `${name}×${++before.count}`;
    } else {
      before = { name, count: 1, run: { text: name, hidden: true } };
      runs.push(before.run);
    }
  }
  if (end < text.length) runs.push({ text: text.slice(end), hidden: false });
  return runs;
}

/**
 * Shows a text with every character of it visible.
 *
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function visibleText(text) {
  const fragment = document.createDocumentFragment();
  for (const run of visibleRuns(text)) {
    fragment.append(run.hidden ? element("span", "hidden-character", run.text) : run.text);
  }
  return fragment;
}

function nameOf(character) {
  const code = character.codePointAt(0);
  return CONTROL_NAMES[code] ??
    (code === 127 ? "DEL" : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`);
}
