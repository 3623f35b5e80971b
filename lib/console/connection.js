import { closeCodeName } from "./close_codes.js";
import { canAsk } from "./why_refused.js";

/** @typedef {import("./journal.js").Entry} Entry */

/** The names of `readyState`, by number. */
export const READY_STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

/** One WebSocket after another, and every event of them in words. */
export class Connection {
  /** @type {WebSocket | undefined} */
  #socket;
  #closedByUser = false;
  #log;
  #opened;
  #lost;
  #refused;
  #changed;

  /**
   * @param {object} options
   * @param {(kind: Entry["kind"], data: string | Uint8Array, more?: object) => void} options.log Called
   *   with each event.
   * @param {() => void} options.opened Called when it is open.
   * @param {() => void} options.lost Called when it ended, unless the user has ended it.
   * @param {(url: string, since: number) => void} options.refused Called when it did not open, with the
   *   `performance.now()` of when it was tried.
   * @param {() => void} options.changed Called when its properties may have changed.
   */
  constructor({ log, opened, lost, refused, changed }) {
    this.#log = log;
    this.#opened = opened;
    this.#lost = lost;
    this.#refused = refused;
    this.#changed = changed;
  }

  /** The `readyState` of the WebSocket; undefined before there is one. */
  get readyState() {
    return this.#socket?.readyState;
  }

  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  get protocol() {
    return this.#socket?.protocol ?? "";
  }

  /**
   * Opens a new one.
   *
   * @param {string} url
   * @param {string[]} protocols
   */
  connect(url, protocols) {
    let socket;
    try {
      socket = new WebSocket(url, protocols);
    } catch (error) {
      // What the browser refuses by itself: a subprotocol that is none, or ws: on a page from https.
      this.#log("error", error.message);
      this.#changed();
      return;
    }
    const facts = { url, ...(protocols.length > 0 && { subprotocols: protocols.join(", ") }) };
    this.#log("connect", "Connecting", { facts, size: 0 });
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#closedByUser = false;
    this.#listen(socket);
    this.#changed();
  }

  /**
   * Sends a message.
   *
   * @param {string | Uint8Array} data
   * @returns {boolean} Whether it is open.
   */
  send(data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    this.#log("sent", data);
    this.#changed();
    return true;
  }

  /**
   * Closes it as the user's own decision.
   *
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    this.#closedByUser = true;
    this.#socket?.close(code, reason);
    this.#changed();
  }

  #listen(socket) {
    const isCurrent = () => socket === this.#socket;
    const since = performance.now();
    let hasOpened = false;
    socket.onopen = () => {
      hasOpened = true;
      const { protocol, extensions } = socket;
      this.#log("open", "Connected", { facts: { protocol, extensions }, size: 0 });
      if (isCurrent()) this.#opened();
      this.#changed();
    };
    socket.onmessage = ({ data }) => {
      this.#log("received", typeof data === "string" ? data : new Uint8Array(data));
    };
    socket.onerror = () => {
      const text = "The browser tells pages no reason; its developer tools may";
      if (hasOpened || !canAsk(socket.url)) this.#log("error", text, { size: 0 });
      this.#changed();
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      // RFC 6455 §7.4.1: these two stand for a frame that never came.
      const size = code === 1005 || code === 1006 ? 0 : 2 + new TextEncoder().encode(reason).length;
      this.#log("close", closeCodeName(code), { facts: { code, reason, wasClean }, size });
      if (!hasOpened && !(isCurrent() && this.#closedByUser)) this.#refused(socket.url, since);
      if (isCurrent() && !this.#closedByUser) this.#lost();
      this.#changed();
    };
  }
}
