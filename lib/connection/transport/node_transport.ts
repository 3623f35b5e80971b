import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Batch } from "../../base/batch.ts";
import { messageOf } from "../../base/errors.ts";
import { letGo } from "../../base/let_go.ts";
import { CLOSE_TIMEOUT } from "../../base/limits.ts";
import { nextTurn } from "../../base/next_turn.ts";
import { shareTurn } from "../../base/share_turn.ts";
import type { Transport, TransportEvents } from "../../contract.ts";
import { closeFrame, PING, pongFrame } from "./control_frame.ts";
import { Farewell, type Leaving } from "./farewell.ts";
import { FrameError } from "./frame_error.ts";
import { FrameReader } from "./frame_reader.ts";
import { FrameWriter } from "./frame_writer.ts";
import { unsentTo } from "./unsent.ts";

/** Options of {@linkcode NodeTransport}. */
export interface NodeTransportOptions {
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /**
   * Milliseconds between pings while it is paused: nothing else tells that the client has left then;
   * default 5,000.
   */
  readonly pausedPingMs?: number;
  /** Milliseconds in which a client has to answer a close frame; default 10,000. */
  readonly closeTimeout?: number;
}

const PAUSED_PING = 5_000;

// How long one client's messages may be read in one go, in ms.
const STEP = 2;

const NOTHING = new Uint8Array(0);

/**
 * A WebSocket (RFC 6455) on a stream of `node:net` or `node:tls` whose handshake is over.
 *
 * Backpressure: messages that were sent wait here, and `bufferedAmount` says how much that is. While the
 * connection is closing, a client that takes none of it for as long as `close` says is dropped.
 */
export class NodeTransport implements Transport, Leaving {
  readonly #stream: Duplex;
  readonly #options: NodeTransportOptions;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  #events: TransportEvents | undefined;
  /** A close frame was sent. */
  #closing = false;
  /** Nothing more is wanted of the client: when everything is written, that is the end. */
  #ending = false;
  /** The client broke the protocol, and may go on sending: what it sends is thrown away. */
  #broken = false;
  #closed = false;
  /** Close code and reason of the client; 1006 until its close frame has come. */
  #code = 1006;
  #reason = "";
  #paused = false;
  /** Bytes that have come and were not read, because it is paused or others have their turn. */
  #unread: Uint8Array = NOTHING;
  /** When it began to read. */
  #since = 0;
  /** Whether it is about to go on reading. */
  #goesOn = false;
  /** The client sends no more; of what it has sent, some may be unread. */
  #isAtEnd = false;
  /** Whether anything came since the last ping. */
  #heard = false;
  #pings: ReturnType<typeof setInterval> | undefined;
  #pausedPings: ReturnType<typeof setInterval> | undefined;
  #farewell: Farewell | undefined;

  constructor(stream: Duplex, options: NodeTransportOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#reader = new FrameReader({
      messages: (batch) => this.#events?.received(batch),
      ping: (payload) => this.#closing || this.#writer.control(pongFrame(payload)),
      // That something came is all that counts.
      pong: () => {},
      close: (code, reason) => this.#agree(code, reason),
      isFull: () => this.#paused || performance.now() - this.#since > STEP,
    }, options.maxFrameSize);
    this.#writer = new FrameWriter(stream, () => {
      if (this.#closing) clearInterval(this.#pings);
      if (this.#ending && !stream.writableEnded) stream.end();
    });
  }

  /**
   * Tells of everything from now on, beginning with `opened`.
   *
   * @param head Bytes of the client that came together with its handshake; their memory is taken over.
   */
  listen(events: TransportEvents, head: Uint8Array): void {
    this.#events = events;
    const stream = this.#stream;
    // Over TLS it would otherwise end, and close, before all was read.
    stream.allowHalfOpen = true;
    if ("setNoDelay" in stream) (stream as Socket).setNoDelay().setTimeout(0);
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stream.on("error", (error) => events.failed(error.message));
    stream.on("close", () => this.#end());
    stream.on("end", () => {
      this.#isAtEnd = true;
      this.#endReading();
    });
    // A client that broke the protocol may still send: it could not read why it is refused if the
    // connection were cut.
    stream.on("finish", () => this.#broken && !stream.readableEnded || stream.destroy());
    if (this.#options.pingMs > 0) this.#ping(this.#options.pingMs);
    events.opened();
    if (this.#paused) this.#unread = head;
    else if (head.length > 0) this.#take(head);
  }

  get bufferedAmount(): number {
    return this.#writer.bufferedAmount;
  }

  drained(amount?: number): Promise<void> {
    // Nothing is sent any more, and whoever sends does not know yet.
    return this.#closing || this.#ending ? nextTurn() : this.#writer.drained(amount);
  }

  send(batch: Batch): void {
    if (this.#closing || this.#ending || batch.size === 0) return;
    this.#writer.send(batch.frames);
  }

  close(code: number, reason: string, patience = this.#closeTimeout): void {
    if (this.#closed) return;
    if (this.#closing) return this.#leave(patience);
    this.#closing = true;
    // While something waits, pings find out whether the client is still there.
    if (this.bufferedAmount === 0) clearInterval(this.#pings);
    this.#writer.send(closeFrame(code, reason));
    this.#writer.release();
    // Otherwise its answer would not be found.
    this.resume();
    this.#leave(patience);
  }

  pause(): boolean {
    if (this.#closing || this.#closed || this.#paused) return true;
    this.#paused = true;
    this.#stream.pause();
    this.#pausedPings ??= setInterval(() => {
      if (this.#paused) return this.#writer.control(PING);
      clearInterval(this.#pausedPings);
      this.#pausedPings = undefined;
    }, this.#options.pausedPingMs ?? PAUSED_PING);
    return true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#heard = true;
    this.#goOnLater();
  }

  /** Reads a chunk, or what was left of it, and lets others go before the next where it is their turn. */
  #take(chunk: Uint8Array): void {
    const start = this.#since = performance.now();
    const { length } = chunk;
    const read = this.#read(chunk);
    if (read < length) this.#unread = chunk.subarray(read);
    const rest = shareTurn(start);
    if (read === length && !rest) return;
    this.#stream.pause();
    this.#goOnLater();
  }

  /** Not at once: whoever has just worked is behind all others who wait. */
  #goOnLater(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    setImmediate(() => this.#goOn());
  }

  #goOn(): void {
    this.#goesOn = false;
    if (this.#paused || this.#closed) return;
    const rest = shareTurn(performance.now());
    if (rest) {
      this.#goesOn = true;
      return void rest.then(() => this.#goOn());
    }
    const unread = this.#unread;
    this.#unread = NOTHING;
    if (unread.length > 0) this.#take(unread);
    if (this.#unread.length > 0) return;
    if (this.#isAtEnd) this.#endReading();
    else if (!this.#paused && !this.#goesOn) this.#stream.resume();
  }

  /** Where all was read, the end of it is that of the connection; the client may still read. */
  #endReading(): void {
    if (this.#unread.length > 0) return;
    if (this.#stream.writableFinished) this.#stream.destroy();
    else this.#finish();
  }

  /** Answers how many bytes were read. */
  #read(chunk: Uint8Array): number {
    this.#heard = true;
    if (this.#broken) return chunk.length;
    // Not as the Buffer that it is, which has other methods.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    try {
      const read = this.#reader.push(bytes);
      // Where it has a buffer of its own; nobody has kept anything of it.
      if (read === bytes.buffer.byteLength) letGo(bytes);
      return read;
    } catch (error) {
      this.#refuse(error);
      return chunk.length;
    }
  }

  #refuse(error: unknown): void {
    this.#broken = true;
    if (!(error instanceof FrameError)) {
      // There is no memory for it, or the fault is on this side.
      this.#events?.failed(messageOf(error));
      this.close(1011, "Internal error");
    } else {
      if (error.code === 1009) this.#events?.tooLarge();
      else this.#events?.failed(error.message);
      this.close(error.code, "");
    }
    this.#finish();
  }

  /** The client ends it, or agrees to that. */
  #agree(code: number, reason: string): void {
    this.#code = code;
    this.#reason = reason;
    this.close(code, reason);
    this.#finish();
  }

  /** Ends the stream as soon as everything is written. */
  #finish(): void {
    this.#ending = true;
    this.#leave(this.#closeTimeout);
    this.#writer.flush();
  }

  #end(): void {
    clearInterval(this.#pings);
    clearInterval(this.#pausedPings);
    this.#farewell?.[Symbol.dispose]();
    this.#writer.stop();
    if (this.#closed) return;
    this.#closed = true;
    this.#events?.closed(this.#code, this.#reason);
  }

  /** Gives the client so many ms, in which it may take nothing, for the rest. */
  #leave(patience: number): void {
    if (this.#closed) return;
    this.#farewell ??= new Farewell(this, this.#closeTimeout);
    this.#farewell.within(patience);
  }

  cut(): number {
    const lost = this.#writer.cut(closeFrame(1013, "Reads too slowly"));
    if (lost > 0) this.#events?.lost(lost);
    return lost;
  }

  drop(): void {
    const { bufferedAmount } = this;
    if (bufferedAmount > 0) this.#events?.lost(bufferedAmount);
    this.#stream.destroy();
  }

  get unsent(): number | undefined {
    const { remotePort } = this.#stream as Partial<Socket>;
    return remotePort === undefined ? undefined : unsentTo(remotePort);
  }

  get #closeTimeout(): number {
    return this.#options.closeTimeout ?? CLOSE_TIMEOUT;
  }

  #ping(interval: number): void {
    let silent = 0;
    let before = { waited: false, writes: 0 };
    this.#pings = setInterval(() => {
      const { writes } = this.#writer;
      const takes = before.waited && writes > before.writes;
      before = { waited: this.bufferedAmount > 0, writes };
      // What is held back says nothing of who sent it, and whoever takes what waits is there.
      silent = this.#heard || this.#paused || takes ? 0 : silent + 1;
      this.#heard = false;
      if (silent < 2) return this.#writer.control(PING);
      const stuck = this.bufferedAmount > 0;
      this.#events?.end(1001, "No answer to pings");
      this.close(1001, "No answer to pings");
      if (stuck) this.drop();
      else this.#finish();
    }, interval);
  }
}
