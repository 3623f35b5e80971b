// Room for so much is made at once. A client that only says that it sends more gets no more than twice what
// it has sent, and who sends it in many parts does not have it copied for each.
const SMALL = 4096;

// For what a program gets behind the message, so that it is not copied for that.
const SPARE = 1;

const EMPTY = new Uint8Array(0);

/** A message that comes in parts: in several frames, or in several reads of the socket. */
export class Assembly {
  readonly binary: boolean;
  /** Frames that it has so far. */
  frames = 0;
  #bytes = EMPTY;
  #length = 0;

  constructor(binary: boolean) {
    this.binary = binary;
  }

  /** Bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /** What has come. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Bytes behind that which are nobody's. */
  get spare(): number {
    return this.#bytes.length - this.#length;
  }

  /**
   * Copies what comes next.
   *
   * @param most The bytes that the message can have in the end.
   */
  add(part: Uint8Array, most: number): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) {
      const room = Math.max(SMALL, length, 2 * this.#bytes.length);
      const grown = new Uint8Array(Math.min(room, most) + SPARE);
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.#length);
    this.#length = length;
  }
}
