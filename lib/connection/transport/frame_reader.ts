import { isUtf8 } from "node:buffer";
import { Batch } from "../../base/batch.ts";
import { Assembly } from "./assembly.ts";
import { checkHead } from "./check_head.ts";
import { checkProgress } from "./check_progress.ts";
import type { Inflater } from "./deflate/inflater.ts";
import { FrameError } from "./frame_error.ts";
import { FrameHead, maskAt } from "./frame_head.ts";
import type { FrameSink } from "./frame_sink.ts";
import { FrameSkipper } from "./frame_skipper.ts";
import { readClose } from "./read_close.ts";
import { unmask } from "./unmask.ts";

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

/**
 * Reads the frames of a client (RFC 6455 §5), which come in chunks that may be cut anywhere.
 *
 * Nothing of a chunk is kept but what is in the middle of a message at its end, and no more of a message
 * than it may have: a limit is looked at as soon as a frame has said its length.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #limit: number;
  readonly #inflater: Inflater | undefined;
  /** After a close frame, whatever comes is thrown away. */
  #over = false;
  /** After a mistake, or where the connection is closing, only a close frame counts. */
  #skips = false;
  #skipper: FrameSkipper | undefined;
  /** Up to where a chunk was read when something in it turned out to be wrong. */
  #at = 0;
  /** The frame that is read in parts: its head, and where its payload goes. */
  readonly #head = new FrameHead();
  #payload: Assembly | undefined;
  #missing = 0;
  #phase = 0;
  /** The message that the next frames go on with. */
  #message: Assembly | undefined;

  /**
   * @param limit Bytes of a message; 0 means no limit.
   * @param inflater Where messages may be compressed.
   */
  constructor(sink: FrameSink, limit: number, inflater?: Inflater) {
    this.#sink = sink;
    this.#limit = limit > 0 ? limit : MOST;
    this.#inflater = inflater;
  }

  /**
   * Takes a chunk, and its memory with it: payloads are unmasked where they lie.
   *
   * @returns Bytes of it that were read: not all where nothing more is wanted; the rest comes again, later.
   */
  push(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && !this.#over) {
      try {
        if (this.#skips) at = this.#skip(chunk, at);
        else if (this.#payload) at = this.#readPayload(this.#payload, chunk, at);
        else if (this.#head.size > 0) at = this.#readHead(chunk, at);
        else at = this.#readWhole(chunk, at);
      } catch (error) {
        at = this.#at;
        this.#fail(error);
      }
      if (this.#sink.isFull()) return this.#over ? chunk.length : at;
    }
    return chunk.length;
  }

  /** Looks for nothing but a close frame from now on. */
  skip(): void {
    this.#skips = true;
  }

  #fail(error: unknown): void {
    // Where it is closing, its mistakes change nothing.
    if (!this.#skips) {
      this.#skips = true;
      this.#sink.failed(error);
    }
    if (this.#over) this.#sink.close(1006, "");
  }

  #skip(chunk: Uint8Array, at: number): number {
    // One that has begun to come is what is waited for.
    if (this.#payload && this.#head.opcode === CLOSE) {
      return this.#readPayload(this.#payload, chunk, at);
    }
    let skipper = this.#skipper;
    if (!skipper) {
      skipper = this.#skipper = new FrameSkipper(this.#payload ? this.#missing : 0);
      this.#payload = this.#message = undefined;
      skipper.push(this.#head.bytes);
    }
    const close = skipper.push(chunk, at);
    if (close) {
      this.#over = true;
      this.#sink.close(close.code, close.reason);
    }
    return chunk.length;
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
        this.#at = at;
        this.#tell(kind, chunk, spans);
        if (spans.length > 0 && this.#sink.isFull()) return at;
        spans = [];
        kind = first;
      }
      if (first === WHOLE_PING || first === WHOLE_PONG) {
        const end = this.#skipControl(chunk, at, second);
        if (end < 0) break;
        const payload = end === at + 6 ? NOTHING : chunk.subarray(at + 6, end);
        if (first === WHOLE_PONG) this.#sink.pong(payload);
        else this.#sink.ping(payload);
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
    this.#at = at;
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
      head.add(chunk[at++] as number);
      this.#at = at;
      if (head.size === 2) {
        checkHead(head.first, head.second, this.#message !== undefined, !!this.#inflater);
      }
      if (head.hasLength) this.#checkLength();
      if (!head.isWhole) continue;
      head.end();
      this.#begin();
      break;
    }
    return at;
  }

  #checkLength(): void {
    const { length, opcode, isCompressed: says } = this.#head;
    this.#missing = length;
    // A control frame is none of the message in which it may come.
    if (opcode >= CLOSE) return;
    const isCompressed = this.#message?.compressed ?? says;
    if ((this.#message?.length ?? 0) + length > this.#most(isCompressed)) {
      throw new FrameError(1009, `A message may have ${this.#limit} bytes`);
    }
  }

  /** Bytes of a message's frames. */
  #most(isCompressed: boolean): number {
    // What cannot be compressed is longer for having been tried, by an eighth where that is done in haste.
    return isCompressed ? Math.min(Math.ceil(1.125 * this.#limit) + 1024, MOST) : this.#limit;
  }

  #begin(): void {
    const { opcode, isCompressed, isLast } = this.#head;
    this.#phase = 0;
    if (opcode >= CLOSE) this.#payload = new Assembly(true);
    else {
      const message = this.#message ??= new Assembly(opcode === (BINARY & 15), isCompressed);
      if (this.#missing === 0 && !isLast) {
        checkProgress(message);
        this.#sink.emptyPart?.();
      }
      this.#payload = message;
    }
    if (this.#missing === 0) this.#end(this.#payload);
  }

  #readPayload(payload: Assembly, chunk: Uint8Array, at: number): number {
    const end = Math.min(at + this.#missing, chunk.length);
    const { mask, isLast } = this.#head;
    unmask(chunk, at, end, mask, this.#phase);
    const most = isLast ? payload.length + this.#missing : this.#most(payload.compressed);
    this.#phase += end - at;
    this.#missing -= end - at;
    this.#at = end;
    payload.add(chunk.subarray(at, end), most);
    if (this.#missing === 0) this.#end(payload);
    return end;
  }

  #end(payload: Assembly): void {
    const { opcode, isLast } = this.#head;
    this.#payload = undefined;
    if (opcode === CLOSE) {
      this.#over = true;
      const { code, reason } = readClose(payload.bytes);
      this.#sink.close(code, reason);
    } else if (opcode === PING) this.#sink.ping(payload.bytes);
    else if (opcode > PING) this.#sink.pong(payload.bytes);
    else if (isLast) {
      this.#message = undefined;
      const message = payload.compressed && this.#inflater
        ? this.#inflater.inflate(payload, this.#limit)
        : payload;
      const { bytes, binary } = message;
      if (!binary && !isUtf8(bytes)) throw noText();
      // What is kept for it is counted by its bytes, so that its buffer must not be much larger.
      this.#sink.messages(
        message.isTight ? Batch.given(binary, bytes) : new Batch(binary, bytes, [0, bytes.length]),
      );
    }
  }
}

const noText = () => new FrameError(1007, "A text is no UTF-8");
