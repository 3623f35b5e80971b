import { MAX_HEADER_BLOCK } from "../../base/limits.ts";
import { CgiHeadError } from "./cgi_head.ts";

const NEWLINE = 10;
const RETURN = 13;

/** Collects the header block of a script, up to its empty line. */
export class CgiBlock {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Where the line begins that has no end yet. */
  #line = 0;

  /** The text that came so far, a character for each byte. */
  get text(): string {
    return Array.from(this.#bytes.subarray(0, this.#length), (byte) => String.fromCharCode(byte))
      .join("");
  }

  /**
   * Takes the next bytes, which may be reused afterwards.
   *
   * @returns The bytes that follow the block; undefined where it has not ended yet.
   * @throws {CgiHeadError} If it is longer than `MAX_HEADER_BLOCK` bytes.
   */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const before = this.#length;
    this.#append(chunk.subarray(0, MAX_HEADER_BLOCK - before));
    for (let at; (at = this.#newline(Math.max(before, this.#line))) >= 0; this.#line = at + 1) {
      const length = at - this.#line;
      if (length === 0 || (length === 1 && this.#bytes[this.#line] === RETURN)) {
        this.#length = at + 1;
        return chunk.subarray(this.#length - before);
      }
    }
    if (this.#length < MAX_HEADER_BLOCK) return undefined;
    throw new CgiHeadError(`The headers are longer than ${MAX_HEADER_BLOCK} bytes`);
  }

  #newline(from: number): number {
    return this.#bytes.subarray(0, this.#length).indexOf(NEWLINE, from);
  }

  #append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(MAX_HEADER_BLOCK, Math.max(length, 2 * this.#length)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }
}
