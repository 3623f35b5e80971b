import { Buffer } from "node:buffer";
import { encodeBriefly } from "./encode_briefly.ts";
import type { Mark } from "./mark.ts";
import { put } from "./put.ts";
import { putLength } from "./put_length.ts";

/** A message: a string from a text frame, bytes from a binary one. */
export type Message = string | Uint8Array;

const encoder = new TextEncoder();
// A byte order mark is part of what was said.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Messages of one kind that lie in one buffer, with where each of them is. A batch is what one read of a
 * stream or a socket brings: it goes through the server as it is, and is framed once, whoever gets it.
 *
 * The bytes are there, and a string is made of them when somebody asks; of a batch that was made of a string
 * it is the other way round.
 *
 * The buffer is borrowed: whoever keeps a batch for longer than the call that brought it MUST call
 * {@linkcode Batch.keep} first.
 */
export class Batch {
  /** Whether its messages are binary; otherwise they are text, and their bytes are UTF-8. */
  readonly binary: boolean;
  /** Number of messages. */
  readonly size: number;
  /** The place of its first message in the log that has numbered them; undefined where none has. */
  #mark: Mark | undefined;
  /** Start and end of each message in the buffer, one pair behind the other. */
  #spans: readonly number[];
  #bytes: Uint8Array | undefined;
  /** The one message, where the batch was made of a string. */
  #text: string | undefined;
  /** Whether the buffer of its one message was given away with it, and nobody has taken that yet. */
  #given = false;
  /** Where the bytes of the messages lie in a buffer of frames, those frames. */
  #frames: Uint8Array | undefined;
  #messages: readonly Message[] | undefined;
  #byteLength: number | undefined;

  /**
   * Takes bytes as they lie in a buffer.
   *
   * @param spans Start and end of each message, one pair behind the other, in ascending order.
   */
  constructor(binary: boolean, bytes: Uint8Array | undefined, spans: readonly number[]) {
    this.binary = binary;
    this.#bytes = bytes;
    this.#spans = spans;
    this.size = spans.length / 2;
  }

  /** A batch of one message. */
  static of(message: Message): Batch {
    if (typeof message !== "string") return new Batch(true, message, [0, message.length]);
    const batch = new Batch(false, undefined, ONE);
    batch.#text = message;
    return batch;
  }

  /**
   * A batch of one message whose buffer is given away with it. Where there is room around it, the first who
   * wants to have it framed or ended gets the buffer, and everybody else a copy.
   */
  static given(binary: boolean, message: Uint8Array): Batch {
    const batch = new Batch(binary, message, [0, message.length]);
    const { buffer, byteOffset, length } = message;
    batch.#given = byteOffset >= ROOM_BEFORE &&
      byteOffset + length + ROOM_BEHIND <= buffer.byteLength;
    return batch;
  }

  /** The place of its first message in the log that has numbered them; undefined where none has. */
  get mark(): Mark | undefined {
    return this.#mark;
  }

  /**
   * The same messages with their place in a log, in the same memory: another object where they have one already.
   *
   * @param mark The place of the first.
   */
  marked(mark: Mark): Batch {
    if (this.#mark) {
      const other = new Batch(this.binary, this.bytes, this.spans);
      other.#frames = this.#frames;
      return other.marked(mark);
    }
    this.#mark = mark;
    return this;
  }

  /** Bytes of all messages together; of a text that was not encoded yet, its length in UTF-16. */
  get length(): number {
    if (this.#bytes === undefined) return this.#text?.length ?? 0;
    let length = 0;
    const spans = this.#spans;
    for (let at = 0; at < spans.length; at += 2) {
      length += (spans[at + 1] as number) - (spans[at] as number);
    }
    return length;
  }

  /** Bytes of all messages together, of text in UTF-8; counted once, whoever gets them. */
  get byteLength(): number {
    return this.#byteLength ??= this.#bytes === undefined
      ? Buffer.byteLength(this.#text ?? "")
      : this.length;
  }

  /** The buffer that the messages lie in; what lies between them is nobody's business. */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      this.#bytes = encoder.encode(this.#text);
      this.#spans = [0, this.#bytes.length];
    }
    return this.#bytes;
  }

  /** Where the messages lie in {@linkcode bytes}: start and end of each, one pair behind the other. */
  get spans(): readonly number[] {
    if (this.#bytes === undefined) void this.bytes;
    return this.#spans;
  }

  /** Bytes of one message; of a text that was not encoded yet, its length in UTF-16. */
  lengthAt(index: number): number {
    if (this.#bytes === undefined) return this.length;
    return (this.#spans[2 * index + 1] as number) - (this.#spans[2 * index] as number);
  }

  /** The bytes of one message. */
  bytesAt(index: number): Uint8Array {
    const { bytes, spans } = this;
    return bytes.subarray(spans[2 * index], spans[2 * index + 1]);
  }

  /** The one message of a batch that was made of a string, as long as nobody has asked for its bytes. */
  get text(): string | undefined {
    return this.#bytes === undefined ? this.#text : undefined;
  }

  /** One message, as a handler takes it. */
  at(index: number): Message {
    if (this.#text !== undefined) return this.#text;
    const bytes = this.bytesAt(index);
    return this.binary ? bytes : decoder.decode(bytes);
  }

  /** The messages, as a handler takes them; made once, whoever gets them. */
  get messages(): readonly Message[] {
    return this.#messages ??= this.size === 1 ? [this.at(0)] : this.#makeMessages();
  }

  /** The messages one after the other, as a handler takes them. */
  [Symbol.iterator](): Iterator<Message> {
    return this.messages[Symbol.iterator]();
  }

  /**
   * The messages as unmasked frames (RFC 6455 §5.2), one behind the other, in memory of their own: it may be
   * kept, and MUST NOT be changed.
   */
  get frames(): Uint8Array {
    if (this.#frames !== undefined) return this.#frames;
    if (this.#bytes === undefined) return this.#frameText(this.#text ?? "");
    if (this.#given) return this.#frameInPlace(this.#bytes);
    const { bytes, spans } = this;
    const framed: number[] = [];
    const frames = new Uint8Array(framedLength(spans));
    const head = 0x80 | (this.binary ? 2 : 1);
    let to = 0;
    for (let at = 0; at < spans.length; at += 2) {
      const start = spans[at] as number;
      const end = spans[at + 1] as number;
      const length = end - start;
      frames[to++] = head;
      if (length < 126) frames[to++] = length;
      else to = putLength(frames, to, length);
      framed.push(to, to + length);
      to = put(frames, to, bytes, start, end);
    }
    // From now on the messages are those in the frames, so that they are in memory once.
    if (this.binary) this.#messages = undefined;
    this.#bytes = frames;
    this.#spans = framed;
    return this.#frames = frames;
  }

  /**
   * The one message with a byte behind it, and its buffer with that, where it can be given away; otherwise
   * undefined.
   */
  ended(byte: number): Uint8Array | undefined {
    if (!this.#given) return undefined;
    this.#given = false;
    const { buffer, byteOffset, length } = this.bytesAt(0);
    const ended = new Uint8Array(buffer, byteOffset, length + 1);
    ended[length] = byte;
    return ended;
  }

  /** The frame of a text that was not encoded yet, and is not so long that it needs more memory for that. */
  #frameText(text: string): Uint8Array {
    const bytes = encodeBriefly(text);
    const { length } = bytes;
    const frames = new Uint8Array(framedLength([0, length]));
    frames[0] = 0x81;
    if (length < 126) frames[1] = length;
    const start = length < 126 ? 2 : putLength(frames, 1, length);
    put(frames, start, bytes);
    this.#bytes = frames;
    this.#spans = [start, start + length];
    return this.#frames = frames;
  }

  /** Puts the head of its frame before a message that lies in a buffer of its own with room for it. */
  #frameInPlace({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
    this.#given = false;
    const size = framedLength([0, length]) - length;
    const frames = new Uint8Array(buffer, byteOffset - size, size + length);
    frames[0] = 0x80 | (this.binary ? 2 : 1);
    if (length < 126) frames[1] = length;
    else putLength(frames, 1, length);
    this.#messages = undefined;
    this.#bytes = frames;
    this.#spans = [size, size + length];
    return this.#frames = frames;
  }

  #makeMessages(): Message[] {
    const { bytes, spans } = this;
    const [first = 0] = spans;
    const region = bytes.subarray(first, spans[spans.length - 1]);
    // All of them at once costs little more than one of them alone.
    const text = this.binary ? "" : decoder.decode(region);
    // A character is a byte everywhere, so that each message is where its bytes are.
    const plain = !this.binary && text.length === region.length;
    const messages: Message[] = [];
    for (let at = 0; at < spans.length; at += 2) {
      const [start, end] = [spans[at] as number, spans[at + 1] as number];
      messages.push(plain ? text.slice(start - first, end - first) : this.at(at / 2));
    }
    return messages;
  }

  /** Has memory of its own from now on, and is the same batch. */
  keep(): this {
    if (this.#bytes !== undefined) void this.frames;
    return this;
  }

  /** Some of the messages, from `start` to before `end`. */
  slice(start: number, end: number = this.size): Batch {
    if (start === 0 && end === this.size) return this;
    const { spans } = this;
    const some = new Batch(this.binary, this.#bytes, spans.slice(2 * start, 2 * end));
    if (this.#mark) some.#mark = { ...this.#mark, number: this.#mark.number + start };
    if (this.#frames === undefined || start >= end) return some;
    // In frames a message begins where the frame before it has ended.
    const first = start === 0 ? 0 : spans[2 * start - 1] as number;
    const frames = this.#frames.subarray(first, spans[2 * end - 1]);
    some.#frames = some.#bytes = frames;
    some.#spans = some.#spans.map((at) => at - first);
    return some;
  }
}

/** Bytes of room that {@linkcode Batch.given} can use: the longest head of a frame, and what ends a line. */
export const ROOM_BEFORE = 10;
export const ROOM_BEHIND = 1;

/** The span of a text that is not encoded yet: that it is one message is all that counts. */
const ONE = [0, 0] as const;

function framedLength(spans: readonly number[]): number {
  let length = 0;
  for (let at = 0; at < spans.length; at += 2) {
    const size = (spans[at + 1] as number) - (spans[at] as number);
    length += size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);
  }
  return length;
}
