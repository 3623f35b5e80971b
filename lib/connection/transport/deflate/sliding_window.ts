const NOTHING = new Uint8Array(0);

// Most connections say little.
const SMALL = 1024;

/**
 * The last bytes of what one side has sent, as the window of the other side has them, so that the next message
 * may refer to them. This is all that a connection holds for its compression.
 */
export class SlidingWindow {
  readonly #size: number;
  #room = NOTHING;
  #length = 0;

  /** @param bits Its size as a power of two. */
  constructor(bits: number) {
    this.#size = 2 ** bits;
  }

  /** The bytes in it; they change with the next `add`. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  /** Has what was sent move what is older out of it. */
  add(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    start = Math.max(start, end - this.#size);
    const added = end - start;
    const kept = Math.min(this.#length, this.#size - added);
    const length = kept + added;
    if (length > this.#room.length) {
      const grown = new Uint8Array(Math.min(this.#size, Math.max(SMALL, length, 2 * this.#length)));
      grown.set(this.#room.subarray(this.#length - kept, this.#length));
      this.#room = grown;
    } else if (kept < this.#length) this.#room.copyWithin(0, this.#length - kept, this.#length);
    this.#room.set(bytes.subarray(start, end), kept);
    this.#length = length;
  }
}
