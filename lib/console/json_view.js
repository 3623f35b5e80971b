import { element } from "./dom.js";
import { formatCount } from "./format.js";
import { showInParts } from "./parts.js";
import { textView } from "./text_view.js";
import { visibleText } from "./visible_text.js";

const OPEN_AT_FIRST = { values: 60, depth: 3 };
// Elements in elements in elements: a browser lays out only so many of them.
const OPEN_AT_MOST = { values: 2000, depth: 32 };
const LONG_STRING = 400;

/** Shows a JSON value, folded and coloured. What is folded is made when it is opened. */
export class JsonView {
  /** @type {HTMLElement} */
  element;
  #root;
  #fill = new WeakMap();

  /** @param {import("./json_tree.js").Node} root */
  constructor(root) {
    this.#root = this.#nodeOf(root);
    this.element = element("div", "json-view", this.#root);
    this.#unfold(OPEN_AT_FIRST);
  }

  /** Opens everything, as far as a browser bears it. */
  expandAll() {
    this.#unfold(OPEN_AT_MOST);
  }

  /** Folds everything. */
  collapseAll() {
    for (const node of this.element.querySelectorAll("details")) node.open = false;
  }

  /** Level by level, because what is near the root tells most. */
  #unfold({ values, depth }) {
    let left = values;
    let level = [this.#root];
    for (let deep = 0; deep < depth && level.length > 0; deep++) {
      const next = [];
      for (const node of level) {
        const fill = this.#fill.get(node);
        if (!fill || (left < fill.count && node !== this.#root)) continue;
        left -= fill.count;
        fill.once();
        node.open = true;
        next.push(...node.lastElementChild.children);
      }
      level = next;
    }
  }

  #nodeOf(node) {
    const { kind, source, children } = node;
    const key = node.key === undefined ? [] : [keyOf(node.key), ": "];
    if (!children) return element("div", "json-line", ...key, leafOf(kind, source));
    const close = source === "{" ? "}" : "]";
    if (children.length === 0) return element("div", "json-line", ...key, source + close);
    const noun = source === "{" ? "key" : "item";
    const count = `${formatCount(children.length)} ${noun}${children.length === 1 ? "" : "s"}`;
    const body = element("div", "json-children");
    const details = element(
      "details",
      "",
      element("summary", "json-line", ...key, source, element("span", "json-count", count), close),
      body,
    );
    const fill = { count: children.length, once: () => this.#fillOnce(body, children) };
    this.#fill.set(details, fill);
    details.addEventListener("toggle", () => details.open && fill.once());
    return details;
  }

  #fillOnce(body, children) {
    if (body.firstChild) return;
    showInParts(body, {
      total: children.length,
      step: 100,
      most: 1000,
      unit: "values",
      show: (from, to) => {
        const fragment = document.createDocumentFragment();
        for (const child of children.slice(from, to)) fragment.append(this.#nodeOf(child));
        return fragment;
      },
    });
  }
}

function keyOf(source) {
  const shown = source.length > LONG_STRING ? `${source.slice(0, LONG_STRING)}…` : source;
  return element("span", "json-key", visibleText(shown));
}

function leafOf(kind, source) {
  if (source.length <= LONG_STRING) return element("span", `json-${kind}`, visibleText(source));
  const start = element("summary", "", visibleText(`${source.slice(0, 100)}…`), lengthOf(source));
  const long = element("details", `json-${kind} json-long`, start);
  long.addEventListener("toggle", () => long.open && long.append(textView(source)), { once: true });
  return long;
}

function lengthOf(source) {
  return element("span", "json-count", `${formatCount(source.length)} characters`);
}
