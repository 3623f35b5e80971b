import type { Batch } from "../base/batch.ts";
import type { Decoder } from "../contract.ts";
import { Rest } from "./rest.ts";
import { checkedBatch } from "./texts.ts";

/** The delimiter that ends each message of a stream. */
export interface Delimiter {
  readonly byte: number;
  /** Whether a carriage return before it belongs to it. */
  readonly return: boolean;
  /** The word for a message in errors, such as `A line`. */
  readonly what: string;
}

/** The end of a line of text, `\n` or `\r\n`. */
export const LINE: Delimiter = { byte: 10, return: true, what: "A line" };

const RETURN = 13;

// A message is measured where it goes on in the next chunk, so that a chunk must not be longer than one may be.
const PIECE = 1024 * 1024;

// So many bytes are put in front of the next chunk in less time than another batch costs.
const SHORT = 64 * 1024;

/** Cuts a stream at every delimiter into messages of text; the last need not have one. */
export class Delimited implements Decoder {
  readonly #delimiter: Delimiter;
  readonly #take: (batch: Batch) => void;
  readonly #rest: Rest;

  /** @param take Gets the messages; their buffer is borrowed. */
  constructor(delimiter: Delimiter, take: (batch: Batch) => void) {
    this.#delimiter = delimiter;
    this.#take = take;
    this.#rest = new Rest(delimiter.what);
  }

  push(chunk: Uint8Array): number {
    if (chunk.length > PIECE) return this.#pushPieces(chunk);
    const first = chunk.indexOf(this.#delimiter.byte);
    if (first < 0) {
      this.#rest.add(chunk);
      return 0;
    }
    const { length } = this.#rest;
    if (length === 0) return this.#cut(chunk, first);
    if (length > SHORT) {
      this.#rest.add(chunk.subarray(0, first));
      const bytes = this.#rest.take();
      this.#take(checkedBatch(bytes, [0, this.#endBefore(bytes, 0, bytes.length)]));
      return 1 + this.push(chunk.subarray(first + 1));
    }
    const joined = new Uint8Array(length + chunk.length);
    joined.set(this.#rest.take());
    joined.set(chunk, length);
    return this.#cut(joined, length + first);
  }

  end(): void {
    const bytes = this.#rest.take();
    if (bytes.length > 0) this.#take(checkedBatch(bytes, [0, bytes.length]));
  }

  #pushPieces(chunk: Uint8Array): number {
    let messages = 0;
    for (let start = 0; start < chunk.length; start += PIECE) {
      messages += this.push(chunk.subarray(start, start + PIECE));
    }
    return messages;
  }

  /** Cuts bytes that begin with a message, and have the first delimiter at `first`. */
  #cut(bytes: Uint8Array, first: number): number {
    const { byte } = this.#delimiter;
    const spans: number[] = [];
    let start = 0;
    // One pass over every byte: to look for each delimiter costs more where messages are short.
    for (let at = first; at < bytes.length; at++) {
      if (bytes[at] !== byte) continue;
      spans.push(start, this.#endBefore(bytes, start, at));
      start = at + 1;
    }
    this.#take(checkedBatch(bytes, spans));
    if (start < bytes.length) this.#rest.add(bytes.subarray(start));
    return spans.length / 2;
  }

  /** Where a message ends whose delimiter is at `at`. */
  #endBefore(bytes: Uint8Array, start: number, at: number): number {
    return this.#delimiter.return && at > start && bytes[at - 1] === RETURN ? at - 1 : at;
  }
}
