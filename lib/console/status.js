import { READY_STATES } from "./connection.js";
import { byId, setText } from "./dom.js";
import { formatCount, formatSize } from "./format.js";

/** Shows the properties of the connection as they change, and what was counted. */
export class Status {
  #connection;
  #reconnect;
  #journal;
  #frame = 0;

  /**
   * @param {object} options
   * @param {import("./connection.js").Connection} options.connection
   * @param {import("./reconnect.js").Reconnect} options.reconnect
   * @param {import("./journal.js").Journal} options.journal
   */
  constructor({ connection, reconnect, journal }) {
    this.#connection = connection;
    this.#reconnect = reconnect;
    this.#journal = journal;
    this.update();
  }

  /** Shows everything in the next frame, and goes on while a change would cause no event. */
  update() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      if (this.#connection.bufferedAmount > 0 && this.#connection.readyState !== WebSocket.CLOSED) {
        this.update();
      }
    });
  }

  #draw() {
    const { readyState, bufferedAmount, protocol } = this.#connection;
    const isOpen = readyState === WebSocket.OPEN;
    const isStarting = readyState === WebSocket.CONNECTING;
    const isWaiting = this.#reconnect.waiting !== undefined;
    setText(byId("ready-state"), readyState === undefined ? "–" : stateOf(readyState));
    byId("ready-state").dataset.state = READY_STATES[readyState] ?? "NONE";
    setText(byId("buffered-amount"), formatSize(bufferedAmount));
    byId("buffered-amount").title = `${formatCount(bufferedAmount)} bytes`;
    setText(byId("protocol"), protocol || "–");
    for (const kind of ["received", "sent"]) {
      const { messages, bytes } = this.#journal.totals[kind];
      setText(byId(`${kind}-messages`), formatCount(messages));
      setText(byId(`${kind}-bytes`), formatSize(bytes));
    }
    byId("connect").disabled = isOpen || isStarting;
    byId("disconnect").disabled = !isOpen && !isStarting && !isWaiting;
    byId("close-with").disabled = !isOpen;
    byId("send").disabled = !isOpen;
    setText(byId("countdown"), this.#countdown());
  }

  #countdown() {
    const { waiting } = this.#reconnect;
    if (!waiting) return "";
    const seconds = (waiting.remaining / 1000).toFixed(1);
    return `Attempt ${waiting.attempt} in ${seconds} s`;
  }
}

function stateOf(readyState) {
  return `${readyState} ${READY_STATES[readyState]}`;
}
