const PROTOCOL = "stdws.terminal.v1";

// Bytes after which the server hears how much was shown; it sends no more than 256 KiB beyond that.
const STEP = 32 * 1024;

// Bytes that may be typed before a program is there.
const AHEAD = 4 * 1024;

/** The connection of a terminal to its program, which goes on where the network has broken, if the route lets it. */
export class Link {
  #socket;
  #heard;
  #shown = 0;
  #told = 0;
  /** As the server knows it. */
  #columns = 0;
  #rows = 0;
  /** Whether it is known which program is there. */
  #isReady = false;
  /** Whether one of a page before is looked for. */
  #isBack = false;
  /** What was typed before that. */
  #ahead = [];

  /**
   * @param {{
   *   told(facts: object): void,
   *   output(bytes: Uint8Array, shown: () => void): void,
   *   away(): void,
   *   back(): void,
   *   lost(): void,
   *   full(): void,
   *   closed(code: number, reason: string): void,
   * }} heard `output` calls `shown` when its bytes are on the screen; `full` tells that what was typed is not taken.
   */
  constructor(heard) {
    this.#heard = heard;
  }

  /** Whether a program is there, or will be again. */
  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** The address that its session is known by, and the bytes that were shown of it. */
  get place() {
    return { url: this.#socket?.url, shown: this.#shown };
  }

  /**
   * Starts a program at the page's own address, or goes on with one.
   *
   * @param {{ columns: number, rows: number }} size
   * @param {{ url: string, shown: number }} [place] Of a page before.
   */
  open({ columns, rows }, place) {
    this.#shown = this.#told = place?.shown ?? 0;
    [this.#columns, this.#rows] = place ? [0, 0] : [columns, rows];
    [this.#isReady, this.#isBack, this.#ahead] = [false, place !== undefined, []];
    const url = place?.url ?? addressFor(columns, rows);
    const socket = this.#socket = new globalThis.ResumingWebSocket(url, [PROTOCOL], {
      store: storage(),
    });
    const { away, back, lost, closed } = this.#heard;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") return this.#heard.told(JSON.parse(data));
      this.#heard.output(new Uint8Array(data), () => {
        if (socket === this.#socket) this.shown(data.byteLength);
      });
    };
    socket.onreconnecting = away;
    socket.onresumed = back;
    socket.onlost = lost;
    socket.onclose = ({ code, reason }) => {
      this.#isReady = false;
      closed(code, reason);
    };
  }

  /** Another program begins, of which nothing was shown. */
  anew() {
    this.#shown = this.#told = 0;
    // It was typed for the one before.
    if (this.#isBack) this.#ahead = [];
  }

  /** A program is there, or is there again: it gets what was typed before. */
  ready() {
    this.#isReady = true;
    for (const bytes of this.#ahead.splice(0)) this.#send(bytes);
  }

  /** @param {Uint8Array} bytes Typed. */
  type(bytes) {
    if (this.#isReady) return this.#send(bytes);
    if (this.#isOver) return;
    const length = this.#ahead.reduce((sum, { length }) => sum + length, bytes.length);
    if (length <= AHEAD) this.#ahead.push(bytes);
    else this.#heard.full();
  }

  /** @param {{ columns: number, rows: number }} size */
  resize({ columns, rows }) {
    if (!this.isOpen || (columns === this.#columns && rows === this.#rows)) return;
    [this.#columns, this.#rows] = [columns, rows];
    this.#send(JSON.stringify({ columns, rows }));
  }

  /** @param {number} length Bytes of output that are on the screen now. */
  shown(length) {
    this.#shown += length;
    if (this.#shown - this.#told < STEP) return;
    this.#told = this.#shown;
    this.#send(JSON.stringify({ read: this.#shown }));
  }

  get #isOver() {
    return !this.#socket || this.#socket.readyState > WebSocket.OPEN;
  }

  #send(data) {
    if (!this.isOpen) return;
    try {
      this.#socket.send(data);
    } catch {
      this.#heard.full();
    }
  }
}

function addressFor(columns, rows) {
  const url = new URL(location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  url.searchParams.set("columns", columns);
  url.searchParams.set("rows", rows);
  return url.href;
}

/** A browser may let no page keep anything. */
function storage() {
  let found;
  try {
    found = globalThis.sessionStorage;
  } catch {
    // Then a page that is loaded again has another program.
  }
  return found;
}
