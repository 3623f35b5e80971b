import type { Batch } from "../../../base/batch.ts";
import { put } from "../../../base/put.ts";
import { putLength } from "../../../base/put_length.ts";
import type { Compression } from "./compression.ts";
import { Deflater } from "./deflater.ts";
import { Output } from "./output.ts";
import { SlidingWindow } from "./sliding_window.ts";

/** The longest head of an unmasked frame. */
const HEAD = 10;
const FIN = 0x80;
const COMPRESSED = 0x40;

/** The frames that are being made, of whichever client. */
const output = new Output();

/**
 * Makes the frames of compressed messages (RFC 7692 §6.1).
 *
 * Where no message refers to those before it, they are the same for all clients who have agreed to the same
 * terms, and are made once for all of them.
 */
export class Compressor {
  readonly #deflater: Deflater;
  readonly #least: number;
  readonly #window: SlidingWindow | undefined;
  /** Frames that were made of a batch, as long as anybody has that. */
  readonly #made = new WeakMap<Batch, Uint8Array>();

  private constructor(bits: number, least: number, window?: SlidingWindow) {
    this.#deflater = Deflater.of(bits);
    this.#least = Math.max(1, least);
    this.#window = window;
  }

  /** The compressor of a connection. */
  static of({ serverBits, serverContext, least }: Compression): Compressor {
    if (serverContext) return new Compressor(serverBits, least, new SlidingWindow(serverBits));
    const terms = `${serverBits} ${least}`;
    let compressor = shared.get(terms);
    if (!compressor) shared.set(terms, compressor = new Compressor(serverBits, least));
    return compressor;
  }

  /**
   * The messages as frames in memory of their own, to be sent in the order in which they were asked for. Those
   * that are short, or do not get shorter, are not compressed.
   */
  frames(batch: Batch): Uint8Array {
    if (this.#isShort(batch)) return batch.frames;
    if (this.#window) return this.#compress(batch);
    let frames = this.#made.get(batch);
    if (!frames) this.#made.set(batch, frames = this.#compress(batch));
    return frames;
  }

  #isShort(batch: Batch): boolean {
    for (let index = 0; index < batch.size; index++) {
      if (batch.lengthAt(index) >= this.#least) return false;
    }
    return true;
  }

  #compress(batch: Batch): Uint8Array {
    const { bytes, spans } = batch;
    const first = FIN | (batch.binary ? 2 : 1);
    let isShorter = false;
    output.length = 0;
    for (let at = 0; at < spans.length; at += 2) {
      const [start, end] = [spans[at] as number, spans[at + 1] as number];
      if (end - start >= this.#least && this.#add(first, bytes, start, end)) isShorter = true;
      else plain(first, bytes, start, end);
    }
    return isShorter ? output.take() : batch.frames;
  }

  /** Adds a compressed frame; answers false where that would not be shorter. */
  #add(first: number, bytes: Uint8Array, start: number, end: number): boolean {
    const begin = output.length;
    output.reserve(HEAD);
    const body = output.length += HEAD;
    this.#deflater.deflate(bytes, start, end, output, this.#window);
    const size = output.length - body;
    if (size >= end - start && !this.#window) {
      output.length = begin;
      return false;
    }
    output.bytes[begin] = first | COMPRESSED;
    const to = putLength(output.bytes, begin + 1, size);
    output.bytes.copyWithin(to, body, body + size);
    output.length = to + size;
    return true;
  }
}

function plain(first: number, bytes: Uint8Array, start: number, end: number): void {
  output.reserve(HEAD + end - start);
  const into = output.bytes;
  into[output.length] = first;
  const to = putLength(into, output.length + 1, end - start);
  output.length = put(into, to, bytes, start, end);
}

/** Compressors for connections whose messages do not refer to others, by their terms. */
const shared = new Map<string, Compressor>();
