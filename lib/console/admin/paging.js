import { byId } from "../dom.js";
import { formatCount } from "../format.js";

/** Connections of a page: so many the server lists in one go. */
const SIZE = 1_000;

/** Milliseconds without a key before what was typed is looked for. */
const REST = 300;

/** Leads through those who are connected, page by page, where they are more than the server lists in one go. */
export class Paging {
  /** What the server has to be asked for to get the pages up to this one. */
  #starts = [0];
  #next = null;
  #total = 0;

  /** @param {() => void} turned Is called when another page is to be shown. */
  constructor(turned) {
    let timer = undefined;
    byId("filter").addEventListener("input", () => {
      // Otherwise all of them are here.
      if (this.#total <= SIZE) return;
      this.#starts = [0];
      clearTimeout(timer);
      timer = setTimeout(turned, REST);
    });
    byId("previous").addEventListener("click", () => {
      this.#starts.pop();
      turned();
    });
    byId("next").addEventListener("click", () => {
      this.#starts.push(this.#next);
      turned();
    });
  }

  /** The query of `/connections` for the page that is to be shown. */
  get query() {
    const query = new URLSearchParams();
    const text = byId("filter").value.trim();
    if (this.#total > SIZE && text) query.set("search", text);
    const after = this.#starts.at(-1);
    if (after !== 0) query.set("after", after);
    return query.size > 0 ? `?${query}` : "";
  }

  /**
   * Notes what the server has told.
   *
   * @param {{ total: number, matching: number, next: number | string | null, connections: object[] }} list
   */
  came({ total, matching, next, connections }) {
    this.#total = total;
    this.#next = next;
    // Everybody of this page has left, or all are on one.
    if (connections.length === 0 || matching <= SIZE) this.#starts = [0];
    byId("pages").hidden = matching <= SIZE;
    byId("previous").disabled = this.#starts.length === 1;
    byId("next").disabled = next === null;
    const pages = Math.max(this.#starts.length, Math.ceil(matching / SIZE));
    byId("page").textContent = `${formatCount(this.#starts.length)} of ${formatCount(pages)}`;
  }
}
