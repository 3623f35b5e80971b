/** @typedef {import("./journal.js").Entry} Entry */

/** The part of the journal that is listed: what passes the filter and, while it is paused, came before. */
export class Listing {
  /** @type {Entry[]} */
  items = [];
  /** The number of entries that came, and passed the filter, since it was paused. */
  missed = 0;
  #journal;
  #filter = () => true;
  /** @type {Entry[] | undefined} */
  #held;

  /** @param {{ entries: Entry[] }} journal */
  constructor(journal) {
    this.#journal = journal;
  }

  get paused() {
    return this.#held !== undefined;
  }

  /**
   * Has to be told of each entry that the journal gets.
   *
   * @param {Entry} entry
   */
  added(entry) {
    const passes = this.#filter(entry);
    if (this.#held) this.missed += passes ? 1 : 0;
    else {
      if (passes) this.items.push(entry);
      this.#trim();
    }
  }

  /** @param {(entry: Entry) => boolean} filter */
  setFilter(filter) {
    this.#filter = filter;
    this.items = (this.#held ?? this.#journal.entries).filter(filter);
    if (!this.#held) return;
    const last = this.#held.at(-1)?.number ?? 0;
    this.missed =
      this.#journal.entries.filter((entry) => entry.number > last && filter(entry)).length;
  }

  /** Holds the list as it is; the journal goes on. */
  pause() {
    this.#held = this.#journal.entries.slice();
  }

  /** Lists what came meanwhile. */
  resume() {
    this.#held = undefined;
    this.missed = 0;
    this.setFilter(this.#filter);
  }

  /** Has to be called when the journal was cleared. */
  cleared() {
    if (this.#held) this.#held = [];
    this.missed = 0;
    this.items = [];
  }

  /** Forgets what the journal has dropped. */
  #trim() {
    const oldest = this.#journal.entries[0]?.number ?? Infinity;
    if ((this.items[0]?.number ?? Infinity) >= oldest) return;
    const kept = this.items.findIndex((entry) => entry.number >= oldest);
    this.items.splice(0, kept < 0 ? this.items.length : kept);
  }
}
