const MOST = 100;

/** The texts that were sent, for the arrow keys of the field that they were typed into, as in a shell. */
export class History {
  #items;
  #at;
  #draft = "";

  /** @param {readonly string[]} [items] Oldest first. */
  constructor(items = []) {
    this.#items = items.slice(-MOST);
    this.#at = this.#items.length;
  }

  /** Oldest first. */
  get items() {
    return this.#items;
  }

  /**
   * Remembers one; the same again is remembered once.
   *
   * @param {string} text
   */
  add(text) {
    if (text !== "" && text !== this.#items.at(-1)) this.#items.push(text);
    if (this.#items.length > MOST) this.#items.shift();
    this.#at = this.#items.length;
    this.#draft = "";
  }

  /**
   * Goes one back.
   *
   * @param {string} current The text in the field: kept, if it was not sent yet.
   * @returns {string | undefined} The text that shall be in the field; undefined at the oldest.
   */
  back(current) {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#items.length) this.#draft = current;
    return this.#items[--this.#at];
  }

  /**
   * Goes one forward, at last to the draft.
   *
   * @returns {string | undefined} The text that shall be in the field; undefined at the draft.
   */
  forward() {
    if (this.#at === this.#items.length) return undefined;
    this.#at++;
    return this.#at === this.#items.length ? this.#draft : this.#items[this.#at];
  }
}
