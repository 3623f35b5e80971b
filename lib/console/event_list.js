import { element } from "./dom.js";
import { rowOf } from "./row.js";

/** @typedef {import("./journal.js").Entry} Entry */

const ROW_HEIGHT = 26;
/** Rows outside of what is seen, so that scrolling shows no gap. */
const MARGIN = 8;

/** Shows any number of entries: only the ones in sight are elements. Stays at the newest, until scrolled. */
export class EventList {
  #viewport;
  #selected;
  /** @type {Entry[]} */
  #items = [];
  /** @type {Map<Entry, HTMLElement>} */
  #rows = new Map();
  #space = element("div", "list-space");
  #window = element("div", "list-window");
  #following = true;
  #anchor = { number: 0, offset: 0 };
  #frame = 0;
  #select;
  #drawn;

  /**
   * @param {HTMLElement} viewport The element that scrolls.
   * @param {object} options
   * @param {(entry: Entry | undefined) => void} options.selected Called when a person selects an entry.
   * @param {() => void} options.drawn Called when something may look different.
   */
  constructor(viewport, { selected, drawn }) {
    this.#viewport = viewport;
    this.#drawn = drawn;
    this.#select = selected;
    this.#space.append(this.#window);
    viewport.append(this.#space);
    viewport.style.setProperty("--row-height", `${ROW_HEIGHT}px`);
    viewport.addEventListener("scroll", () => this.#scrolled());
    viewport.addEventListener("click", (event) => this.#clicked(event));
    viewport.addEventListener("keydown", (event) => this.#pressed(event));
    new ResizeObserver(() => this.#draw()).observe(viewport);
  }

  /** Whether the newest entry stays in sight. */
  get following() {
    return this.#following;
  }

  /** @param {Entry[]} items Shown from the next frame on. */
  show(items) {
    this.#items = items;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** @param {Entry | undefined} entry */
  select(entry) {
    this.#selected = entry;
    this.#draw();
  }

  /** Goes to the newest entry and stays there. */
  follow() {
    this.#following = true;
    this.#draw();
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const items = this.#items;
    this.#space.style.height = `${items.length * ROW_HEIGHT}px`;
    const top = this.#following
      ? items.length * ROW_HEIGHT
      : indexOf(items, this.#anchor.number) * ROW_HEIGHT + this.#anchor.offset;
    if (Math.abs(this.#viewport.scrollTop - top) >= 1) this.#viewport.scrollTop = top;
    this.#drawWindow();
    this.#drawn();
  }

  #drawWindow() {
    const { scrollTop, clientHeight } = this.#viewport;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN);
    const last = Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + MARGIN;
    const rows = new Map();
    this.#items.slice(first, last).forEach((entry, index) => {
      const row = this.#rows.get(entry) ?? rowOf(entry);
      row.setAttribute("aria-selected", String(entry === this.#selected));
      row.setAttribute("aria-posinset", String(first + index + 1));
      row.setAttribute("aria-setsize", String(this.#items.length));
      rows.set(entry, row);
    });
    this.#rows = rows;
    this.#window.style.transform = `translateY(${first * ROW_HEIGHT}px)`;
    this.#window.replaceChildren(...rows.values());
    const active = this.#selected && rows.get(this.#selected);
    if (active) this.#viewport.setAttribute("aria-activedescendant", active.id);
    else this.#viewport.removeAttribute("aria-activedescendant");
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#viewport;
    this.#following = scrollTop + clientHeight >= scrollHeight - ROW_HEIGHT / 2;
    const first = Math.floor(scrollTop / ROW_HEIGHT);
    this.#anchor = {
      number: this.#items[first]?.number ?? 0,
      offset: scrollTop - first * ROW_HEIGHT,
    };
    this.#drawWindow();
    this.#drawn();
  }

  #clicked(event) {
    const row = event.target.closest("[role=option]");
    for (const [entry, shown] of this.#rows) if (shown === row) this.#choose(entry);
  }

  #pressed(event) {
    const last = this.#items.length - 1;
    const page = Math.max(1, Math.floor(this.#viewport.clientHeight / ROW_HEIGHT) - 1);
    const current = this.#selected ? indexOf(this.#items, this.#selected.number) : last + 1;
    const targets = {
      ArrowUp: current - 1,
      ArrowDown: current + 1,
      PageUp: current - page,
      PageDown: current + page,
      Home: 0,
      End: last,
    };
    if (event.key === "Escape") this.#choose(undefined);
    else if (!(event.key in targets) || last < 0) return;
    else this.#choose(this.#items[Math.max(0, Math.min(last, targets[event.key]))]);
    event.preventDefault();
  }

  #choose(entry) {
    this.select(entry);
    if (entry) this.#reveal(indexOf(this.#items, entry.number) * ROW_HEIGHT);
    this.#select(entry);
  }

  #reveal(top) {
    const { scrollTop, clientHeight } = this.#viewport;
    if (top < scrollTop) this.#viewport.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + clientHeight) {
      this.#viewport.scrollTop = top + ROW_HEIGHT - clientHeight;
    }
  }
}

/** The place of an entry, or of the one behind it where it is not there any more. */
function indexOf(items, number) {
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >> 1;
    if (items[middle].number < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
