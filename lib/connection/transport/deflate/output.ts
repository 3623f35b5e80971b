// What a read of a program's output makes, and a little more.
const USUAL = 128 * 1024;

/** A buffer that grows, and is used again for what is made next. */
export class Output {
  #bytes = new Uint8Array(USUAL);
  /** Bytes that are in it. */
  length = 0;

  /** The whole buffer, with the room behind what is in it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Has room for so many bytes more. */
  reserve(size: number): void {
    const least = this.length + size;
    if (least <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(least, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  /** Takes out what is in it, in memory of its own. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    if (this.#bytes.length > USUAL) this.#bytes = new Uint8Array(USUAL);
    return taken;
  }
}
