import { binaryString, bytesOf } from "../binary_string.js";

// Characters that a tab keeps of its terminal: a browser has 5 MiB for all of a site.
const MOST = 1_000_000;

/**
 * Keeps what is on the terminal for the same tab, where it is loaded again and its program is still there.
 *
 * @param {any} terminal
 * @param {any} addon Makes a text of it.
 */
export class Memory {
  #terminal;
  #addon;
  #key = `stdws-terminal ${location.pathname}${location.search}`;
  /** Output that is not drawn yet. */
  #pending = new Set();

  constructor(terminal, addon) {
    this.#terminal = terminal;
    this.#addon = addon;
  }

  /**
   * Draws output.
   *
   * @param {Uint8Array} bytes
   * @param {() => void} shown
   */
  draw(bytes, shown) {
    this.#pending.add(bytes);
    this.#terminal.write(bytes, () => {
      this.#pending.delete(bytes);
      shown();
    });
  }

  /**
   * Keeps it, and some facts beside it.
   *
   * @param {object} facts
   */
  keep(facts) {
    const text = this.#addon.serialize({ scrollback: 1_000 });
    const rest = Array.from(this.#pending, binaryString);
    const kept = JSON.stringify({ facts, text, rest });
    try {
      if (kept.length <= MOST) sessionStorage.setItem(this.#key, kept);
    } catch {
      // It is for convenience alone.
    }
  }

  /**
   * Draws what was kept, and forgets it.
   *
   * @param {() => void} shown Is called for output that was not drawn before, with its bytes.
   * @returns {object | undefined} The facts; undefined where there is nothing.
   */
  recall(shown) {
    try {
      const kept = sessionStorage.getItem(this.#key);
      sessionStorage.removeItem(this.#key);
      if (kept === null) return undefined;
      const { facts, text, rest } = JSON.parse(kept);
      this.#terminal.write(text);
      for (const each of rest) {
        const bytes = bytesOf(each);
        this.draw(bytes, () => shown(bytes));
      }
      return facts;
    } catch {
      return undefined;
    }
  }
}
