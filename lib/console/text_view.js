import { element } from "./dom.js";
import { showInParts } from "./parts.js";
import { visibleText } from "./visible_text.js";

/**
 * Shows a text of any length.
 *
 * @param {string} text
 * @returns {HTMLElement}
 */
export function textView(text) {
  const view = element("div", "text-view");
  showInParts(view, {
    total: text.length,
    step: 16_384,
    most: 131_072,
    unit: "characters",
    show: (from, to) => visibleText(text.slice(wholeAt(text, from), wholeAt(text, to))),
  });
  return view;
}

/** Not between the two halves of a character. */
function wholeAt(text, at) {
  const code = text.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}
