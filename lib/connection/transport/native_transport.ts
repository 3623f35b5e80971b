import { Batch, type Message } from "../../base/batch.ts";
import { messageOf } from "../../base/errors.ts";
import {
  CLOSE_TIMEOUT,
  HIGH_WATER_MARK,
  MESSAGE_OVERHEAD,
  OPEN_LOOKS,
  OPEN_TIMEOUT,
} from "../../base/limits.ts";
import { nextTurn } from "../../base/next_turn.ts";
import type { Transport, TransportEvents } from "../../contract.ts";
import { Backlog, type Unsent } from "./backlog.ts";
import { MemoryGuess } from "./memory_guess.ts";
import { nativeInner } from "./native_inner.ts";
import { unsentTo } from "./unsent.ts";

/** Options of {@linkcode NativeTransport}. */
export interface NativeTransportOptions {
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /** The client's, by which the system knows what has not reached it; 0 on a Unix socket. */
  readonly port: number;
}

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
export class NativeTransport implements Transport, Unsent {
  readonly headerBytes = 0;
  readonly overhead = MESSAGE_OVERHEAD;
  readonly #socket: WebSocket;
  readonly #options: NativeTransportOptions;
  readonly #backlog = new Backlog(this);
  /** Where the system cannot be asked. */
  #guess: MemoryGuess | undefined;
  #events: TransportEvents | undefined;
  #received = 0;
  #closing = false;
  /** Milliseconds that the client may do nothing in while it is closing. */
  #patience = Infinity;
  /** The same of what it has for its answer, where that is all that is waited for. */
  #answerTime = Infinity;
  /** Bytes that came after the runtime had ended the socket by itself. */
  #dropped = 0;
  #broken = false;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(socket: WebSocket, options: NativeTransportOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.binaryType = "arraybuffer";
  }

  /** Tells of everything from now on. */
  listen(events: TransportEvents): void {
    this.#events = events;
    // One object listens to everything: with a function for each event an idle connection is larger.
    for (const event of ["open", "message", "error", "close"]) {
      this.#socket.addEventListener(event, this);
    }
    nativeInner.guardReading(this.#socket, (error) => this.#cannotRead(messageOf(error)));
    // A client that went before it was answered causes no event at all (Deno 2.9).
    let looks = 0;
    this.#timer = setInterval(() => {
      if (++looks < OPEN_LOOKS) return;
      clearInterval(this.#timer);
      events.closed(1006, "");
    }, OPEN_TIMEOUT / OPEN_LOOKS);
  }

  /** Takes an event of the WebSocket. */
  handleEvent(event: Event): void {
    if (event instanceof MessageEvent) {
      this.#received++;
      const { data } = event;
      this.#take(typeof data === "string" ? data : new Uint8Array(data));
    } else if (event instanceof CloseEvent) {
      this.#ended = true;
      clearTimeout(this.#timer);
      clearInterval(this.#watch);
      this.#backlog.release();
      // Who has closed it by itself wanted no more.
      if (this.#broken) this.#tellLost(0);
      // The runtime says 0 where the connection broke without a close frame.
      this.#events?.closed(event.code || 1006, event.reason);
    } else if (event instanceof ErrorEvent) {
      this.#broken = true;
      this.#events?.failed(event.message);
    } else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      if (this.#options.pingMs > 0) this.#watchOutput();
      this.#events?.opened();
    }
  }

  #take(message: Message): void {
    const { maxFrameSize } = this.#options;
    if (maxFrameSize > 0 && isLarger(message, maxFrameSize)) this.#events?.tooLarge();
    else this.#events?.received(Batch.of(message));
  }

  #cannotRead(message: string): void {
    this.#events?.failed(message);
    if (this.#options.maxFrameSize > 0) this.#events?.tooLarge();
    else this.#events?.end(1009, message);
  }

  get bufferedAmount(): number {
    return this.#backlog.amount;
  }

  drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    return this.#canSend() ? this.#backlog.drained(amount) : nextTurn();
  }

  get unsent(): number {
    return this.#socket.bufferedAmount;
  }

  get isBehind(): boolean {
    const { port } = this.#options;
    const unsent = port > 0 ? unsentTo(port) : undefined;
    if (unsent !== undefined) return unsent > 0;
    return (this.#guess ??= new MemoryGuess()).isBehind;
  }

  send(batch: Batch): void {
    if (!this.#canSend()) {
      this.#dropped += batch.length;
      return;
    }
    for (const message of batch.messages) {
      this.#backlog.add(message.length);
      this.#socket.send(message as string | Uint8Array<ArrayBuffer>);
    }
  }

  pause(): boolean {
    // The runtime reads whatever comes (Deno 2.9).
    return false;
  }

  resume(): void {}

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    this.#patience = Math.min(this.#patience, patience);
    if (this.#answerTime < Infinity) return this.#waitForAnswer();
    if (this.#closing) return;
    this.#closing = true;
    this.#backlog.release();
    clearTimeout(this.#timer);
    if (this.#received === 0 && this.unsent === 0) return this.#close(code, reason);
    let { unsent } = this;
    let received = this.#received;
    let stalled = 0;
    let quiet = 0;
    let waited = 0;
    const look = () => {
      stalled = this.unsent < unsent ? 0 : stalled + POLL;
      quiet = this.#received === received ? quiet + POLL : 0;
      ({ unsent } = this);
      received = this.#received;
      if (unsent > 0 && stalled >= this.#patience) return this.#giveUp(code, reason, unsent);
      if (unsent === 0 && this.#pauses(quiet, waited)) return this.#close(code, reason);
      if (unsent === 0) waited += POLL;
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
    let before = { received: -1, unsent: 0 };
    let silent = 0;
    this.#watch = setInterval(() => {
      // The runtime's close waits in line as well, and what it says of the output is 0 then.
      const unsent = this.#canSend() ? this.unsent : before.unsent;
      const stalls = !this.#canSend() ||
        (unsent > 0 && unsent >= before.unsent && this.#received === before.received);
      before = { received: this.#received, unsent };
      silent = stalls ? silent + 1 : 0;
      if (silent < 2) return;
      clearInterval(this.#watch);
      this.#tellLost(unsent);
      this.#events?.end(1001, "No answer to pings");
      this.#gone(1006, "No answer to pings");
    }, this.#options.pingMs);
  }

  /**
   * Whether `send` would not throw. Where the runtime ends the socket by itself, because the client has sent no
   * answer to a ping, its close event waits for the output: for ever, if that is not read.
   */
  #canSend(): boolean {
    if (this.#socket.readyState === WebSocket.OPEN) return true;
    if (!this.#ended) {
      this.#timer ??= setTimeout(() => {
        this.#tellLost(0);
        this.#gone(1006, "");
      }, CLOSE_TIMEOUT);
    }
    return false;
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    clearInterval(this.#watch);
    this.#waitForAnswer();
  }

  /** A client that never answers must not be remembered for ever. */
  #waitForAnswer(): void {
    const patience = Math.min(this.#patience, CLOSE_TIMEOUT);
    if (this.#ended || patience >= this.#answerTime) return;
    this.#answerTime = patience;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#gone(1006, ""), patience);
  }

  /** The client has had its time, and would not read the close frame either. */
  #giveUp(code: number, reason: string, unsent: number): void {
    this.#tellLost(unsent);
    clearInterval(this.#watch);
    this.#socket.close(code, reason);
    this.#gone(1006, "");
  }

  /** Says how many bytes the client did not take: those that wait, and those that came too late to. */
  #tellLost(unsent: number): void {
    const lost = unsent + this.#dropped;
    this.#dropped = 0;
    if (lost > 0) this.#events?.lost(lost);
  }

  /** The client is not waited for any more. */
  #gone(code: number, reason: string): void {
    this.#events?.closed(code, reason);
    nativeInner.drop(this.#socket);
  }
}

const encoder = new TextEncoder();

function isLarger(data: Message, limit: number): boolean {
  if (data.length > limit) return true;
  // Three bytes of UTF-8 at most for each unit of UTF-16: mostly there is no need to count.
  return typeof data === "string" && 3 * data.length > limit && encoder.encode(data).length > limit;
}
