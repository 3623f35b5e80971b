import { type Preamble, PreambleError } from "./preamble.ts";
import { lengthOfV2, parseV2, SIGNATURE } from "./version2.ts";
import { MAX_LINE, parseV1 } from "./version1.ts";

const LINE_FEED = 10;
const HEAD = 16;

/**
 * Reads the preamble of the PROXY protocol, version 1 or 2, as it comes: of each chunk no more than belongs to it.
 *
 * @see https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
 */
export class PreambleReader {
  #bytes = new Uint8Array(MAX_LINE);
  #length = 0;

  /** Bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /**
   * Takes a chunk.
   *
   * @returns The preamble and what follows it in the chunk; undefined where more has to come.
   * @throws {PreambleError} If it is none.
   */
  push(chunk: Uint8Array): { readonly preamble: Preamble; readonly rest: Uint8Array } | undefined {
    let at = 0;
    const fill = (end: number) => {
      const part = chunk.subarray(at, at + Math.max(0, end - this.#length));
      this.#bytes.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      return this.#length >= end;
    };
    // Both have as much, and differ in the first byte.
    if (this.#length < SIGNATURE.length) {
      const isThere = fill(SIGNATURE.length);
      this.#expectBegin();
      if (!isThere) return undefined;
    }
    if (this.#bytes[0] !== SIGNATURE[0]) {
      const found = chunk.indexOf(LINE_FEED, at);
      const end = this.#length + (found < 0 ? chunk.length : found + 1 - at);
      fill(Math.min(end, MAX_LINE));
      if (this.#bytes[this.#length - 1] !== LINE_FEED) {
        if (this.#length < MAX_LINE) return undefined;
        throw new PreambleError(`its line has more than ${MAX_LINE} bytes`);
      }
      const line = String.fromCharCode(...this.#bytes.subarray(0, this.#length));
      return { preamble: parseV1(line), rest: chunk.subarray(at) };
    }
    if (!fill(HEAD)) return undefined;
    const total = HEAD + lengthOfV2(this.#bytes);
    if (total > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = new Uint8Array(total);
      this.#bytes.set(before);
    }
    if (!fill(total)) return undefined;
    return { preamble: parseV2(this.#bytes.subarray(0, total)), rest: chunk.subarray(at) };
  }

  #expectBegin(): void {
    const come = this.#bytes.subarray(0, this.#length);
    const begins = (of: Uint8Array) => come.every((byte, at) => at >= of.length || byte === of[at]);
    // The shortest line is longer than that.
    const isLine = begins(PROXY) && !come.includes(LINE_FEED);
    if (!begins(SIGNATURE) && !isLine) throw new PreambleError("there is none");
  }
}

const PROXY = new TextEncoder().encode("PROXY ");
