/**
 * Something that happened on the connection.
 *
 * @typedef {object} Entry
 * @property {number} number Counts from 1.
 * @property {"open" | "sent" | "received" | "error" | "close" | "connect"} kind
 * @property {number} time Milliseconds since 1970.
 * @property {number} size Bytes of the payload.
 * @property {string | Uint8Array} data The payload, or what happened in words.
 * @property {Record<string, string | number | boolean>} [facts] The facts of an event, by name.
 * @property {boolean} [shortened] Whether only the beginning of the payload is still there.
 */

const SHORT = 1024;
const encoder = new TextEncoder();

/**
 * Remembers what happened, within bounds: beyond so many entries the oldest are dropped, beyond so many
 * bytes of payload the oldest payloads are cut to their beginning.
 */
export class Journal {
  /** @type {Entry[]} Oldest first. */
  entries = [];
  /** The number of entries that were dropped. */
  dropped = 0;
  /** The number of payloads that were cut. */
  shortened = 0;
  /** The counts since the last {@linkcode clear}, dropped ones included. */
  totals = zero();
  #bytes = 0;
  #whole = 0;
  #number = 0;
  #maxEntries;
  #maxBytes;
  #now;

  /**
   * @param {object} [options]
   * @param {number} [options.maxEntries]
   * @param {number} [options.maxBytes]
   * @param {() => number} [options.now] Milliseconds since 1970.
   */
  constructor({ maxEntries = 20_000, maxBytes = 64 * 2 ** 20, now = Date.now } = {}) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /**
   * Adds an entry.
   *
   * @param {Entry["kind"]} kind
   * @param {string | Uint8Array} data
   * @param {{ facts?: Entry["facts"], size?: number }} [more] `size` where the data is not the payload.
   * @returns {Entry}
   */
  add(kind, data, { facts, size } = {}) {
    const held = sizeOf(data);
    const entry = {
      number: ++this.#number,
      kind,
      time: this.#now(),
      size: size ?? held,
      data,
      facts,
    };
    this.entries.push(entry);
    this.#bytes += held;
    if (kind in this.totals) {
      this.totals[kind].messages++;
      this.totals[kind].bytes += entry.size;
    }
    if (this.entries.length > this.#maxEntries) this.#drop();
    while (this.#bytes > this.#maxBytes && this.#whole < this.entries.length) {
      this.#shorten(this.entries[this.#whole++]);
    }
    return entry;
  }

  /** Forgets everything. */
  clear() {
    this.entries = [];
    this.dropped =
      this.shortened =
      this.#bytes =
      this.#whole =
        0;
    this.totals = zero();
  }

  /** Many at once, because each time moves all the others. */
  #drop() {
    const count = Math.ceil(this.#maxEntries / 20);
    for (const { data } of this.entries.splice(0, count)) this.#bytes -= sizeOf(data);
    this.#whole = Math.max(0, this.#whole - count);
    this.dropped += count;
  }

  #shorten(entry) {
    const before = sizeOf(entry.data);
    if (before <= SHORT) return;
    // A slice of a string keeps the whole of it in memory: it has to become a string of its own.
    entry.data = typeof entry.data === "string"
      ? new TextDecoder().decode(encoder.encode(entry.data.slice(0, SHORT)))
      : entry.data.slice(0, SHORT);
    entry.shortened = true;
    this.#bytes -= before - sizeOf(entry.data);
    this.shortened++;
  }
}

/**
 * Tells how many bytes a payload has on the wire.
 *
 * @param {string | Uint8Array} data
 * @returns {number}
 */
export function sizeOf(data) {
  return typeof data === "string" ? encoder.encode(data).length : data.length;
}

function zero() {
  return { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } };
}
