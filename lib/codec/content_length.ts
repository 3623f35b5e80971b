import type { Batch } from "../base/batch.ts";
import { CodecError } from "../base/errors.ts";
import { MAX_HEADER_BLOCK } from "../base/limits.ts";
import type { Codec, Decoder } from "../contract.ts";
import { put } from "../base/put.ts";
import { checkLength, Rest } from "./rest.ts";
import { checkedBatch, textOf } from "./texts.ts";

const RETURN = 13;
const NEWLINE = 10;
const MESSAGE = "A message";

const encoder = new TextEncoder();

/**
 * Each message is a header block with `Content-Length`, and a body of that length, as language servers and
 * debug adapters speak (Language Server Protocol 3.17, "Base Protocol"): a text message is a body.
 */
export const contentLength: Codec = {
  doc: "as language servers speak",
  takes: "text",
  decoder: (stream, take) => stream === "stdout" ? new ContentLengthDecoder(take) : undefined,
  encode(batch) {
    const { bytes, spans } = batch;
    const heads: Uint8Array[] = [];
    let length = batch.length;
    for (let at = 0; at < spans.length; at += 2) {
      const size = (spans[at + 1] as number) - (spans[at] as number);
      const head = encoder.encode(`Content-Length: ${size}\r\n\r\n`);
      heads.push(head);
      length += head.length;
    }
    const joined = new Uint8Array(length);
    let to = 0;
    for (const [index, head] of heads.entries()) {
      to = put(joined, to, head, 0, head.length);
      to = put(joined, to, bytes, spans[2 * index] as number, spans[2 * index + 1] as number);
    }
    return joined;
  },
};

class ContentLengthDecoder implements Decoder {
  readonly #take: (batch: Batch) => void;
  /** A header block, or after that a body, that is not complete. */
  readonly #rest = new Rest(MESSAGE);
  /** Bytes of the body that is not complete; undefined where its header block is not. */
  #size: number | undefined;

  constructor(take: (batch: Batch) => void) {
    this.#take = take;
  }

  push(chunk: Uint8Array): number {
    const spans: number[] = [];
    let completed = 0;
    let at = 0;
    try {
      while (at < chunk.length) {
        if (this.#size === undefined) at = this.#readHead(chunk, at);
        if (this.#size === undefined) break;
        const wanted = this.#size - this.#rest.length;
        const end = at + wanted;
        const part = chunk.subarray(at, end);
        if (part.length < wanted) {
          this.#rest.add(part);
          break;
        }
        if (this.#rest.length === 0) spans.push(at, end);
        else {
          this.#rest.add(part);
          // It began in another chunk, so that it comes before all others of this one.
          const bytes = this.#rest.take();
          this.#take(checkedBatch(bytes, [0, bytes.length]));
          completed = 1;
        }
        this.#size = undefined;
        at = end;
      }
    } finally {
      // Also those before a head that is none.
      if (spans.length > 0) this.#take(checkedBatch(chunk, spans));
    }
    return completed + spans.length / 2;
  }

  end(): void {
    if (this.#rest.length === 0 && this.#size === undefined) return;
    throw new CodecError(1011, "The output ended in the middle of a message");
  }

  /** Reads on in a header block; answers where it ends, or the chunk. */
  #readHead(chunk: Uint8Array, at: number): number {
    const rest = this.#rest;
    if (rest.length === 0) {
      const end = headEnd(chunk, at, at);
      if (end > 0) {
        this.#size = sizeIn(chunk.subarray(at, end));
        return end;
      }
    }
    const before = rest.length;
    rest.add(chunk.subarray(at, at + MAX_HEADER_BLOCK + 1 - before));
    const end = headEnd(rest.bytes, 0, before);
    if (end < 0) {
      if (rest.length <= MAX_HEADER_BLOCK) return chunk.length;
      throw new CodecError(1009, `A header block is longer than ${MAX_HEADER_BLOCK} bytes`);
    }
    this.#size = sizeIn(rest.take().subarray(0, end));
    return at + end - before;
  }
}

/**
 * The index at which a header block ends, or less than 0.
 *
 * @param start Index at which it begins.
 * @param from Index before which everything has been looked at.
 * @throws {CodecError} If a line does not end with `\r\n`: nobody would ever find the end.
 */
function headEnd(bytes: Uint8Array, start: number, from: number): number {
  for (let at = from; (at = bytes.indexOf(NEWLINE, at)) >= 0; at++) {
    if (at === start || bytes[at - 1] !== RETURN) {
      throw new CodecError(1011, "A header line of the output does not end with CR LF");
    }
    const isEmpty = at - 1 === start || bytes[at - 2] === NEWLINE;
    if (isEmpty) return at + 1;
  }
  return -1;
}

/** Reads a header block as `vscode-jsonrpc` does: names in any case, others than `Content-Length` ignored. */
function sizeIn(block: Uint8Array): number {
  let size: string | undefined;
  for (const line of textOf(block).split("\r\n")) {
    if (line === "") continue;
    const colon = line.indexOf(":");
    if (colon < 0) throw new CodecError(1011, "A header line of the output has no colon");
    if (line.slice(0, colon).trim().toLowerCase() !== "content-length") continue;
    size = line.slice(colon + 1).trim();
  }
  if (size === undefined || !/^\d+$/.test(size)) {
    throw new CodecError(1011, "A header block of the output has no Content-Length");
  }
  checkLength(MESSAGE, Number(size));
  return Number(size);
}
