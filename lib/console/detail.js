import { copyText } from "./clipboard.js";
import { button, byId, element } from "./dom.js";
import { download, fileName } from "./download.js";
import { plainPayload } from "./export.js";
import { formatCount, formatSize, formatTime } from "./format.js";
import { hexView } from "./hex_view.js";
import { parseJson } from "./json_tree.js";
import { JsonView } from "./json_view.js";
import { SIGNS } from "./row.js";
import { textView } from "./text_view.js";

/** A tree of more than this takes longer to make than a person likes to wait, in characters. */
const LARGEST_TREE = 4 * 2 ** 20;
/** Pixels that sixteen bytes as hex need. */
const WIDE = 590;

/** Shows the whole of one entry. */
export class Detail {
  #entry;
  #closed;
  #notify;

  /**
   * @param {object} options
   * @param {() => void} options.closed Called when a person closes it.
   * @param {(text: string) => void} options.notify Tells a person what was done.
   */
  constructor({ closed, notify }) {
    this.#closed = closed;
    this.#notify = notify;
    byId("detail-close").addEventListener("click", () => this.#closed());
    byId("detail-copy").addEventListener("click", () => this.#copy());
    byId("detail-save").addEventListener("click", () => this.#save());
    byId("detail").addEventListener("keydown", ({ key }) => key === "Escape" && this.#closed());
  }

  /** @param {import("./journal.js").Entry | undefined} entry Nothing closes it. */
  show(entry) {
    this.#entry = entry;
    byId("detail").hidden = entry === undefined;
    if (!entry) return byId("detail-body").replaceChildren();
    const { number, kind, time, size, shortened } = entry;
    byId("detail-title").className = kind;
    byId("detail-title").textContent = `${SIGNS[kind]} ${kind}`;
    byId("detail-facts").textContent = `#${formatCount(number)} · ${formatTime(time)} · ${
      formatSize(size)
    }${size > 1023 ? ` (${formatCount(size)} bytes)` : ""}`;
    byId("detail-shortened").hidden = !shortened;
    const views = viewsOf(entry);
    const tabs = views.map(([name, make]) => button(name, "tab", () => this.#choose(name, make)));
    byId("detail-tabs").replaceChildren(...tabs);
    this.#choose(...views[0]);
  }

  #choose(name, make) {
    for (const tab of byId("detail-tabs").children) {
      tab.setAttribute("aria-pressed", String(tab.textContent === name));
    }
    const view = make();
    const isTree = view instanceof JsonView;
    byId("detail-tree").replaceChildren(
      ...(isTree
        ? [
          button("Expand all", "", () => view.expandAll()),
          button("Collapse all", "", () => view.collapseAll()),
        ]
        : []),
    );
    byId("detail-body").replaceChildren(isTree ? view.element : view);
    byId("detail-body").scrollTop = 0;
  }

  async #copy() {
    const done = await copyText(plainPayload(this.#entry.data));
    this.#notify(done ? "Copied the payload" : "The browser does not let the page copy");
  }

  #save() {
    const { data, number } = this.#entry;
    const ending = typeof data === "string" ? "txt" : "bin";
    download(fileName(`${number}.${ending}`), [data], "application/octet-stream");
  }
}

/** The ways to look at an entry, the best one first. */
function viewsOf({ data, facts }) {
  if (facts) return [["Event", () => factsView(facts, data)]];
  const isText = typeof data === "string";
  const bytes = isText ? undefined : data;
  const text = isText ? data : new TextDecoder().decode(data);
  const width = byId("detail").clientWidth < WIDE ? 8 : 16;
  const asText = ["Text", () => textView(text)];
  const asHex = ["Hex", () => hexView(bytes ?? new TextEncoder().encode(text), width)];
  if (!isText) return [asHex, asText];
  const isLikely = /^\s*[[{"]/.test(text) && text.length <= LARGEST_TREE;
  const { root } = isLikely ? parseJson(text) : {};
  return root ? [["JSON", () => new JsonView(root)], asText, asHex] : [asText, asHex];
}

function factsView(facts, words) {
  const list = element("dl", "event-facts");
  for (const [name, value] of Object.entries(facts)) {
    const shown = value === "" ? element("span", "words", "empty") : textView(String(value));
    list.append(element("dt", "", name), element("dd", "", shown));
  }
  return element("div", "", element("p", "words", words), list);
}
