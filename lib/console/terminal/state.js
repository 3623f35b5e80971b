import { byId, setText } from "../dom.js";

// How long a notice stands, in ms.
const NOTICE = 4_000;

/** The words above the terminal, and the title of the tab: what runs, and how it ended. */
export class State {
  #title = location.pathname;
  #sign = "";
  #text = "";
  #isBad = false;
  #notice;

  /** @param {{ again(): void }} options Starts another program. */
  constructor({ again }) {
    byId("again").addEventListener("click", again);
    this.#showTitle();
  }

  connecting() {
    this.#set("", "Connecting…");
  }

  /** @param {{ write: boolean, shared: boolean }} facts Whether one may type, and others may be there. */
  opened({ write, shared }) {
    this.#set("", [shared && "Shared", !write && "Read only"].filter(Boolean).join(", "));
  }

  /** The connection is gone, and another is made. */
  away() {
    this.#set("… ", "The connection is lost: connecting again…", true);
  }

  /** @param {string} title The name that the program gives its window. */
  named(title) {
    this.#title = title || location.pathname;
    this.#showTitle();
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  closed(code, reason) {
    const [text, isBad] = endOf(code, reason);
    this.#set(isBad ? "✗ " : "✓ ", text, isBad);
    byId("again").hidden = false;
  }

  /** @param {string} text Stands there for a while. */
  notify(text) {
    clearTimeout(this.#notice);
    byId("state").textContent = text;
    this.#notice = setTimeout(() => this.#showText(), NOTICE);
  }

  #set(sign, text, isBad = false) {
    clearTimeout(this.#notice);
    [this.#sign, this.#text, this.#isBad] = [sign, text, isBad];
    byId("again").hidden = true;
    this.#showTitle();
    this.#showText();
  }

  /** By itself, because a shell names itself at each prompt: a notice stays, and nothing else is read aloud again. */
  #showTitle() {
    document.title = this.#sign + this.#title;
    byId("title").textContent = this.#title;
  }

  #showText() {
    setText(byId("state"), this.#text);
    byId("state").dataset.state = this.#isBad ? "bad" : "";
  }
}

/**
 * Says how a program or its connection has ended.
 *
 * @param {number} code
 * @param {string} reason
 * @returns {[text: string, isBad: boolean]}
 */
function endOf(code, reason) {
  if (code === 1000) return ["Ended", false];
  if (code === 1006 || code === 0) return ["The connection is lost", true];
  if (code === 1001) return ["The server has ended it", true];
  return [`Ended: ${reason || `code ${code}`}`, true];
}
