import { isUtf8 } from "node:buffer";
import { Batch } from "../../base/batch.ts";
import { Assembly } from "./assembly.ts";
import { checkHead } from "./check_head.ts";
import { FrameError } from "./frame_error.ts";
import { readClose } from "./read_close.ts";
import { unmask } from "./unmask.ts";

/** Receives what a {@linkcode FrameReader} finds, in the order in which it came. */
export interface FrameSink {
  /** Messages; their buffer is borrowed. */
  messages(batch: Batch): void;
  /** A ping, whose payload is to be sent back; it is borrowed. */
  ping(payload: Uint8Array): void;
  pong(): void;
  /** A close frame; 1005 where it says no code. Nothing follows. */
  close(code: number, reason: string): void;
  /** Whether nothing more is wanted for now. */
  isFull(): boolean;
}

// Both without a part to follow.
const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 8;
const PING = 9;
// Whole control frames.
const WHOLE_PING = 0x89;
const WHOLE_PONG = 0x8a;

const NOTHING = new Uint8Array(0);

/** Messages of one batch: so often at least it is asked whether more is wanted. */
const MOST_MESSAGES = 1024;

/** Bytes of a message where there is no limit: what one buffer holds everywhere. */
const MOST = 2 ** 31 - 1;

// A head with the longest length and a mask.
const HEAD_SIZE = 14;

/**
 * Reads the frames of a client (RFC 6455 §5), which come in chunks that may be cut anywhere.
 *
 * Nothing of a chunk is kept but what is in the middle of a message at its end, and no more of a message
 * than it may have: a limit is looked at as soon as a frame has said its length.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #limit: number;
  /** After a close frame or a mistake, whatever comes is thrown away. */
  #over = false;
  /** The frame that is read in parts: its head, and where its payload goes. */
  readonly #head = new Uint8Array(HEAD_SIZE);
  #headSize = 0;
  #payload: Assembly | undefined;
  #missing = 0;
  #mask = 0;
  #phase = 0;
  /** The message that the next frames go on with. */
  #message: Assembly | undefined;

  /** @param limit Bytes of a message; 0 means no limit. */
  constructor(sink: FrameSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit > 0 ? limit : MOST;
  }

  /**
   * Takes a chunk, and its memory with it: payloads are unmasked where they lie.
   *
   * @returns Bytes of it that were read: not all where nothing more is wanted; the rest comes again, later.
   * @throws {FrameError} If it holds what a client may not send; everything before that was told.
   */
  push(chunk: Uint8Array): number {
    let at = 0;
    try {
      while (at < chunk.length && !this.#over) {
        if (this.#payload) at = this.#readPayload(this.#payload, chunk, at);
        else if (this.#headSize > 0) at = this.#readHead(chunk, at);
        else at = this.#readWhole(chunk, at);
        if (this.#sink.isFull()) return this.#over ? chunk.length : at;
      }
      return chunk.length;
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  /** Reads what lies in the chunk as one frame each, and begins with what does not. */
  #readWhole(chunk: Uint8Array, at: number): number {
    let spans: number[] = [];
    let kind = 0;
    // The head of a short frame has six bytes.
    while (at + 6 <= chunk.length) {
      const first = chunk[at] as number;
      const second = chunk[at + 1] as number;
      if (first !== kind || spans.length === 2 * MOST_MESSAGES) {
        this.#tell(kind, chunk, spans);
        if (spans.length > 0 && this.#sink.isFull()) return at;
        spans = [];
        kind = first;
      }
      if (first === WHOLE_PING || first === WHOLE_PONG) {
        const end = this.#skipControl(chunk, at, second);
        if (end < 0) break;
        if (first === WHOLE_PONG) this.#sink.pong();
        else this.#sink.ping(end === at + 6 ? NOTHING : chunk.subarray(at + 6, end));
        at = end;
        continue;
      }
      if (this.#message || first !== TEXT && first !== BINARY || second < 0x80) break;
      let length = second - 0x80;
      let start = at + 6;
      if (length >= 126) {
        // Longer ones do not fit into a chunk.
        if (length === 127 || start + 2 > chunk.length) break;
        length = (chunk[at + 2] as number) << 8 | (chunk[at + 3] as number);
        start += 2;
      }
      const end = start + length;
      if (end > chunk.length || length > this.#limit) break;
      unmask(chunk, start, end, maskAt(chunk, start - 4));
      // So that what lies between two texts is text as well, and is the end of any character.
      if (first === TEXT) { for (let gap = at; gap < start;) chunk[gap++] = 0; }
      spans.push(start, end);
      at = end;
    }
    this.#tell(kind, chunk, spans);
    return at < chunk.length ? this.#readHead(chunk, at) : at;
  }

  /** Unmasks a short control frame; answers where it ends, and -1 where it is none that is whole. */
  #skipControl(chunk: Uint8Array, at: number, second: number): number {
    const end = at + 6 + second - 0x80;
    if (second < 0x80 || second > 0x80 + 125 || end > chunk.length) return -1;
    if (end > at + 6) unmask(chunk, at + 6, end, maskAt(chunk, at + 2));
    return end;
  }

  #tell(kind: number, bytes: Uint8Array, spans: readonly number[]): void {
    if (spans.length === 0) return;
    const batch = new Batch(kind === BINARY, bytes, spans);
    if (batch.binary || isUtf8(bytes.subarray(spans[0], spans.at(-1)))) {
      return this.#sink.messages(batch);
    }
    let good = 0;
    while (isUtf8(batch.bytesAt(good))) good++;
    if (good > 0) this.#sink.messages(batch.slice(0, good));
    throw noText();
  }

  /** Reads a head byte by byte: it may break off anywhere, and is judged as soon as it can be. */
  #readHead(chunk: Uint8Array, at: number): number {
    const head = this.#head;
    while (at < chunk.length) {
      const size = ++this.#headSize;
      head[size - 1] = chunk[at++] as number;
      if (size === 2) checkHead(head[0] as number, head[1] as number, this.#message);
      if (size < 2) continue;
      const extended = ((head[1] as number) & 127) - 125;
      const known = extended === 1 ? 4 : extended === 2 ? 10 : 2;
      if (size === known) this.#checkLength(known);
      if (size < known + 4) continue;
      this.#headSize = 0;
      this.#mask = maskAt(head, known);
      this.#begin((head[0] as number) & 15);
      break;
    }
    return at;
  }

  /** @param size Of the head up to its mask. */
  #checkLength(size: number): void {
    const head = new DataView(this.#head.buffer);
    const length = size === 10
      ? Number(head.getBigUint64(2))
      : size === 4
      ? head.getUint16(2)
      : head.getUint8(1) & 127;
    this.#missing = length;
    // A control frame is none of the message in which it may come.
    if ((head.getUint8(0) & 15) >= CLOSE) return;
    if ((this.#message?.length ?? 0) + length > this.#limit) {
      throw new FrameError(1009, `A message has more than ${this.#limit} bytes`);
    }
  }

  #begin(opcode: number): void {
    this.#phase = 0;
    if (opcode >= CLOSE) this.#payload = new Assembly(true);
    else {
      this.#payload = this.#message ??= new Assembly(opcode === (BINARY & 15));
      this.#message.frames++;
    }
    if (this.#missing === 0) this.#end(this.#payload);
  }

  #readPayload(payload: Assembly, chunk: Uint8Array, at: number): number {
    const end = Math.min(at + this.#missing, chunk.length);
    const isLast = (this.#head[0] as number) >= 0x80;
    unmask(chunk, at, end, this.#mask, this.#phase);
    payload.add(chunk.subarray(at, end), isLast ? payload.length + this.#missing : this.#limit);
    this.#phase += end - at;
    this.#missing -= end - at;
    if (this.#missing === 0) this.#end(payload);
    return end;
  }

  #end(payload: Assembly): void {
    const first = this.#head[0] as number;
    const opcode = first & 15;
    const { bytes, binary } = payload;
    this.#payload = undefined;
    if (opcode === CLOSE) {
      const { code, reason } = readClose(bytes);
      this.#over = true;
      this.#sink.close(code, reason);
    } else if (opcode === PING) this.#sink.ping(bytes);
    else if (opcode > PING) this.#sink.pong();
    else if (first >= 0x80) {
      this.#message = undefined;
      if (!binary && !isUtf8(bytes)) throw noText();
      // What is kept for it is counted by its bytes, so that its buffer must not be much larger.
      this.#sink.messages(
        payload.isTight ? Batch.given(binary, bytes) : new Batch(binary, bytes, [0, bytes.length]),
      );
    }
  }
}

const maskAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) << 24 | (bytes[at + 1] as number) << 16 |
  (bytes[at + 2] as number) << 8 | (bytes[at + 3] as number);

const noText = () => new FrameError(1007, "A text is no UTF-8");
