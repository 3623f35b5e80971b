import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Batch } from "../../base/batch.ts";
import { messageOf } from "../../base/errors.ts";
import { CLOSE_TIMEOUT, MAX_IGNORED } from "../../base/limits.ts";
import { nextTurn } from "../../base/next_turn.ts";
import type { PartAt, Transport, TransportEvents } from "../../contract.ts";
import { AwaitedPongs } from "./awaited_pongs.ts";
import { closeFrame, PING, pingFrame, pongFrame } from "./control_frame.ts";
import { Compressor } from "./deflate/compressor.ts";
import { Inflater } from "./deflate/inflater.ts";
import { Farewell, type Leaving } from "./farewell.ts";
import { FrameError } from "./frame_error.ts";
import { FramePace, type FramePaced } from "./frame_pace.ts";
import { FrameReader } from "./frame_reader.ts";
import { FrameWriter } from "./frame_writer.ts";
import { letGoRead } from "./let_go_read.ts";
import type { NodeTransportOptions } from "./node_transport_options.ts";
import { type Pinged, Pings } from "./pings.ts";
import { TurnReader, type TurnTaker } from "./turn_reader.ts";
import { unsentTo } from "./unsent.ts";

/**
 * A WebSocket (RFC 6455) on a stream of `node:net` or `node:tls` whose handshake is over.
 *
 * Backpressure: messages that were sent wait here, and `bufferedAmount` says how much that is. While the
 * connection is closing, a client that takes none of it for as long as `close` says is dropped.
 */
export class NodeTransport implements Transport, FramePaced, Leaving, Pinged, TurnTaker {
  readonly #stream: Duplex;
  readonly #options: NodeTransportOptions;
  readonly #input: TurnReader;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #pings: Pings;
  readonly #pace: FramePace | undefined;
  readonly #compressor: Compressor | undefined;
  /** Most handlers never ping. */
  #pongs: AwaitedPongs | undefined;
  #events: TransportEvents | undefined;
  /** A close frame was sent. */
  #closing = false;
  /** The client has closed, and it is not known yet what the answer is. */
  #isAsked = false;
  /** Nothing more is wanted of the client: when everything is written, that is the end. */
  #ending = false;
  /** Bytes that came after that. */
  #ignored = 0;
  /** The buffer of a chunk alone, of which some is read already. */
  #partly: ArrayBufferLike | undefined;
  #closed = false;
  /** Close code and reason of the client; 1006 until its close frame has come. */
  #code = 1006;
  #reason = "";
  #farewell: Farewell | undefined;
  #wasHeld = false;

  constructor(stream: Duplex, options: NodeTransportOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#input = new TurnReader(stream, this);
    const { compression, rates = {} } = options;
    this.#pace = FramePace.of(this, rates);
    this.#compressor = compression && Compressor.of(compression);
    this.#reader = new FrameReader(
      {
        messages: (batch) => this.#closing || this.#events?.received(batch),
        ping: (payload) => this.#answer(payload),
        pong: (payload) => {
          this.#pongs?.came(payload);
          this.#pace?.pong(payload.length);
        },
        emptyPart: () => this.#pace?.count(0),
        failed: (error) => this.#refuse(error),
        close: (code, reason) => this.#agree(code, reason),
        isFull: () => this.#input.isFull,
      },
      options.maxFrameSize,
      compression && Inflater.of(compression),
    );
    this.#writer = new FrameWriter(stream, () => {
      if (this.#closing) this.#pings.end();
      if (this.#ending && !stream.writableEnded) stream.end();
    });
    this.#pings = new Pings(this, options);
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
    this.#input.listen();
    stream.on("error", (error) => events.failed(error.message));
    stream.on("close", () => this.#end());
    stream.on("finish", () => stream.destroy());
    this.#pings.begin();
    events.opened();
    this.#input.begin(head);
  }

  get bufferedAmount(): number {
    return this.#writer.bufferedAmount;
  }

  get compresses(): boolean {
    return this.#compressor !== undefined;
  }

  drained(amount?: number): Promise<void> {
    // Nothing is sent any more, and whoever sends does not know yet.
    return this.#closing || this.#ending ? nextTurn() : this.#writer.drained(amount);
  }

  send(batch: Batch): void {
    if (this.#closing || this.#ending || batch.size === 0) return;
    this.#writer.send(this.#compressor ? this.#compressor.frames(batch) : batch.frames);
  }

  ping(payload: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#closing || this.#ending) return Promise.resolve(undefined);
    this.#pace?.asks();
    this.#writer.surely(pingFrame(payload));
    return (this.#pongs ??= new AwaitedPongs()).for(payload);
  }

  sendPart(part: Batch, at: PartAt): void {
    if (this.#closing || this.#ending) return;
    const { frames } = part;
    // It is nobody else's: as a part of a message its frame has another head.
    if (at === "first") (frames[0] as number) &= 0x0f;
    else frames[0] = at === "last" ? 0x80 : 0;
    this.#writer.send(frames);
  }

  close(code: number, reason: string, patience = this.#closeTimeout): void {
    if (this.#closed) return;
    if (this.#closing) return this.#leave(patience);
    this.#closing = true;
    // While something waits, pings find out whether the client is still there.
    if (this.bufferedAmount === 0) this.#pings.end();
    this.#writer.send(closeFrame(code, reason));
    this.#writer.release();
    // Where a connection ends while there is something to be read, the system resets it, and the client may lose
    // the close frame: so all that it has sent before it knew is read, but for nothing.
    this.#reader.skip();
    this.#pongs?.end();
    // Otherwise its answer would not be found.
    this.resume();
    this.#input.wake();
    this.#leave(patience);
  }

  /** Whether nothing is read of the client, for whichever reason. */
  get isPaused(): boolean {
    return this.#input.isPaused || this.#input.isResting;
  }

  pause(): boolean {
    if (this.#closing || this.#closed || this.#input.isPaused) return true;
    this.#input.pause();
    this.#pings.paused();
    return true;
  }

  resume(): void {
    if (!this.#input.isPaused) return;
    this.#pings.heard();
    this.#input.resume();
  }

  rest(ms: number, limit: string): void {
    if (this.#closing) return;
    if (!this.#wasHeld) this.#options.held?.(limit);
    this.#wasHeld = true;
    if (!this.isPaused) this.#pings.paused();
    this.#input.rest(ms);
  }

  #answer(ping: Uint8Array): void {
    if (this.#closing) return;
    this.#writer.control(pongFrame(ping));
    this.#pace?.count(ping.length);
  }

  /** Where all was read, the end of it is that of the connection; the client may still read. */
  ended(): void {
    // The answer to its close is on the way.
    if (this.#isAsked) return;
    if (this.#stream.writableFinished) this.#stream.destroy();
    else this.#finish();
  }

  /** Reads what the client has sent; answers how many bytes were read. */
  read(chunk: Uint8Array): number {
    this.#pings.heard();
    // Not as the Buffer that it is, which has other methods.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#closing) this.#ignore(bytes.length);
    const read = this.#reader.push(bytes);
    this.#partly = letGoRead(bytes, read, this.#partly);
    return read;
  }

  #ignore(bytes: number): void {
    this.#ignored += bytes;
    if (this.#ignored > MAX_IGNORED) this.drop();
  }

  #refuse(error: unknown): void {
    if (!(error instanceof FrameError)) {
      // There is no memory for it, or the fault is on this side.
      return this.#refuseWith(1011, "Internal error", messageOf(error));
    }
    if (error.code !== 1009) return this.#refuseWith(error.code, error.message, error.message);
    this.#events?.tooLarge();
    this.close(1009, error.message);
  }

  #refuseWith(code: number, reason: string, message: string): void {
    this.#events?.failed(message, code);
    this.#events?.end(code, reason);
    this.close(code, reason);
  }

  /** The client ends it, or agrees to that. */
  #agree(code: number, reason: string): void {
    this.#code = code;
    this.#reason = reason;
    const answer = this.#closing ? undefined : this.#events?.closing(code, reason);
    if (!answer) return this.#answerClose();
    this.#isAsked = true;
    // It has said its last word.
    this.#pings.end();
    answer.then(() => this.#answerClose());
  }

  #answerClose(): void {
    this.#isAsked = false;
    this.close(this.#code, this.#reason);
    this.#finish();
  }

  /** Ends the stream as soon as everything is written. */
  #finish(): void {
    this.#ending = true;
    this.#leave(this.#closeTimeout);
    this.#writer.flush();
  }

  #end(): void {
    this.#pings[Symbol.dispose]();
    this.#input.stop();
    this.#farewell?.[Symbol.dispose]();
    this.#writer.stop();
    this.#pongs?.end();
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

  get ignored(): number {
    return this.#ignored;
  }

  get writes(): number {
    return this.#writer.writes;
  }

  sendPing(): void {
    this.#pace?.asks();
    this.#writer.control(PING);
  }

  foundSilent(): void {
    const stuck = this.bufferedAmount > 0;
    this.#events?.end(1001, "No answer to pings");
    this.close(1001, "No answer to pings");
    if (stuck) this.drop();
    else this.#finish();
  }
}
