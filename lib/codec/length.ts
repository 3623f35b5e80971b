import { Batch } from "../base/batch.ts";
import { CodecError } from "../base/errors.ts";
import { MAX_LINE } from "../base/limits.ts";
import type { Codec, Decoder } from "../contract.ts";
import { put } from "../base/put.ts";
import { checkLength, Rest } from "./rest.ts";

const HEAD = 4;
const MESSAGE = "A message";

/** Each message is its length, four bytes, the highest first, and then as many bytes; both ways. */
export const length: Codec = {
  doc: "4 bytes of length before each",
  takes: "both",
  decoder: (stream, take) => stream === "stdout" ? new LengthDecoder(take) : undefined,
  encode(batch) {
    const { bytes, spans } = batch;
    const joined = new Uint8Array(batch.length + HEAD * batch.size);
    let to = 0;
    for (let at = 0; at < spans.length; at += 2) {
      const [start, end] = [spans[at] as number, spans[at + 1] as number];
      const size = end - start;
      for (let shift = 24; shift >= 0; shift -= 8) joined[to++] = (size >>> shift) & 255;
      to = put(joined, to, bytes, start, end);
    }
    return joined;
  },
};

class LengthDecoder implements Decoder {
  readonly #take: (batch: Batch) => void;
  /** A message that is not complete, its length included. */
  readonly #rest = new Rest(MESSAGE, HEAD + MAX_LINE);

  constructor(take: (batch: Batch) => void) {
    this.#take = take;
  }

  push(chunk: Uint8Array): number {
    const begun = this.#rest.length > 0;
    let at = begun ? this.#complete(chunk) : 0;
    if (begun && this.#rest.length > 0) return 0;
    const spans: number[] = [];
    try {
      for (let start; (start = at + HEAD) <= chunk.length;) {
        const end = start + checkedSizeAt(chunk, at);
        if (end > chunk.length) break;
        spans.push(start, end);
        at = end;
      }
    } finally {
      // Also those before one that is too long.
      if (spans.length > 0) this.#take(new Batch(true, chunk, spans));
    }
    if (at < chunk.length) this.#rest.add(chunk.subarray(at));
    return spans.length / 2 + (begun ? 1 : 0);
  }

  end(): void {
    if (this.#rest.length === 0) return;
    throw new CodecError(1011, "The output ended in the middle of a message");
  }

  /** Adds to the message that has begun; answers where the next one begins. */
  #complete(chunk: Uint8Array): number {
    const rest = this.#rest;
    const head = Math.max(0, HEAD - rest.length);
    rest.add(chunk.subarray(0, head));
    if (rest.length < HEAD) return chunk.length;
    const end = Math.min(
      chunk.length,
      head + HEAD + checkedSizeAt(rest.bytes, 0) - rest.length,
    );
    rest.add(chunk.subarray(head, end));
    if (rest.length === HEAD + sizeAt(rest.bytes, 0)) {
      const bytes = rest.take();
      this.#take(new Batch(true, bytes, [HEAD, bytes.length]));
    }
    return end;
  }
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const high = bytes[at] as number;
  const middle = ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8);
  return high * 0x1000000 + (middle | (bytes[at + 3] as number));
}

/** @throws {CodecError} If it is more than a message may have. */
function checkedSizeAt(bytes: Uint8Array, at: number): number {
  const size = sizeAt(bytes, at);
  checkLength(MESSAGE, size);
  return size;
}
