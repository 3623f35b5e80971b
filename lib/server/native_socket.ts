import { CLOSE_TIMEOUT, MESSAGE_OVERHEAD } from "../base/limits.ts";
import { type ConnectionOptions, LiveConnection, type RawSocket } from "../socket/connection.ts";
import type { Ticket } from "../socket/dispatch.ts";
import { unsentTo } from "./unsent.ts";

// A client's pause into which a close frame is sent, in ms: who has sent few messages has soon paused; in
// a flood a short pause is only a hiccup, at least for a while.
const POLL = 5;
const FEW_MESSAGES = 16;
const FLOOD_PAUSE = 50;
const FLOOD_TIMEOUT = 250;
const INPUT_TIMEOUT = 2_000;

/**
 * The runtime's WebSocket, which tells its connection what happens, with a close that arrives.
 *
 * A message that comes in between `WebSocket.close()` and the moment when the close frame is written
 * makes the runtime drop the connection: without the frame, or, where output was still under way, with
 * an empty one (Deno 2.6 to 2.9). So `close` waits until the output has left and the client pauses.
 */
export class NativeSocket implements RawSocket {
  readonly headerBytes = 0;
  readonly overhead = MESSAGE_OVERHEAD;
  readonly #socket: WebSocket;
  readonly #connection: LiveConnection;
  readonly #pingMs: number;
  /** The client's. */
  readonly #port: number;
  #received = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(socket: WebSocket, ticket: Ticket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#connection = new LiveConnection(this, ticket, options);
    this.#pingMs = ticket.pingMs;
    this.#port = Number(ticket.request.remote.port);
    socket.binaryType = "arraybuffer";
    // One object listens to everything: with a function for each event an idle connection is larger.
    for (const event of ["open", "message", "error", "close"]) socket.addEventListener(event, this);
  }

  /** Takes an event of the WebSocket. */
  handleEvent(event: Event): void {
    if (event instanceof MessageEvent) {
      this.#received++;
      const { data } = event;
      this.#connection.received(typeof data === "string" ? data : new Uint8Array(data));
    } else if (event instanceof CloseEvent) {
      clearTimeout(this.#timer);
      clearInterval(this.#watch);
      // The runtime says 0 where the connection broke without a close frame.
      this.#connection.closed(event.code || 1006, event.reason);
    } else if (event instanceof ErrorEvent) {
      this.#connection.failed(event.message);
    } else {
      if (this.#pingMs > 0) this.#watchOutput();
      this.#connection.opened();
    }
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get isBehind(): boolean {
    return (unsentTo(this.#port) ?? 0) > 0;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    // Between the end of a socket and its close event, `send` would throw.
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  close(code: number, reason: string): void {
    if (this.#received === 0 && this.bufferedAmount === 0) return this.#close(code, reason);
    let { bufferedAmount } = this;
    let received = this.#received;
    let stalled = 0;
    let quiet = 0;
    let waited = 0;
    const look = () => {
      stalled = this.bufferedAmount < bufferedAmount ? 0 : stalled + POLL;
      quiet = this.#received === received ? quiet + POLL : 0;
      ({ bufferedAmount } = this);
      received = this.#received;
      if (bufferedAmount > 0 ? stalled >= CLOSE_TIMEOUT : this.#pauses(quiet, waited)) {
        return this.#close(code, reason);
      }
      if (bufferedAmount === 0) waited += POLL;
      this.#timer = setTimeout(look, POLL);
    };
    this.#timer = setTimeout(look, POLL);
  }

  /** Whether a pause is good enough; at first a flood is given the time to end. All in ms. */
  #pauses(quiet: number, waited: number): boolean {
    if (waited >= INPUT_TIMEOUT) return true;
    const few = this.#received < FEW_MESSAGES || waited >= FLOOD_TIMEOUT;
    return quiet >= (few ? POLL : FLOOD_PAUSE);
  }

  /**
   * Drops a client that neither sends nor reads. The runtime's ping does not find it: that waits in line
   * behind the output.
   */
  #watchOutput(): void {
    let before = { received: -1, bufferedAmount: 0 };
    let silent = 0;
    this.#watch = setInterval(() => {
      const { bufferedAmount } = this;
      const stalls = bufferedAmount > 0 && bufferedAmount >= before.bufferedAmount &&
        this.#received === before.received;
      before = { received: this.#received, bufferedAmount };
      silent = stalls ? silent + 1 : 0;
      if (silent < 2) return;
      clearInterval(this.#watch);
      this.#connection.end(1001, "No answer to pings");
      this.#connection.closed(1006, "No answer to pings");
    }, this.#pingMs);
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // A client that never answers must not be remembered for ever.
    this.#timer = setTimeout(() => this.#connection.closed(code, reason), CLOSE_TIMEOUT);
  }
}
