// With the longest length and a mask.
const MOST = 14;

/** Of the first frame of a message (RFC 7692 §6). */
const COMPRESSED = 0x40;

/** The head of a frame (RFC 6455 §5.2), which comes byte by byte. What it says stays until the next one begins. */
export class FrameHead {
  readonly #bytes = new Uint8Array(MOST);
  #size = 0;

  /** Bytes that have come of one that is not whole yet. */
  get size(): number {
    return this.#size;
  }

  /** These bytes. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Takes its next byte. */
  add(byte: number): void {
    this.#bytes[this.#size++] = byte;
  }

  /** The next one begins. */
  end(): void {
    this.#size = 0;
  }

  get first(): number {
    return this.#bytes[0] as number;
  }

  get second(): number {
    return this.#bytes[1] as number;
  }

  get opcode(): number {
    return this.first & 15;
  }

  /** Whether no part of its message follows. */
  get isLast(): boolean {
    return this.first >= 0x80;
  }

  /** Whether its message says that it is compressed. */
  get isCompressed(): boolean {
    return (this.first & COMPRESSED) > 0;
  }

  /** Whether its length has just come to its end. */
  get hasLength(): boolean {
    return this.#size >= 2 && this.#size === this.#lengthEnd;
  }

  /** Whether all of it is there. */
  get isWhole(): boolean {
    return this.#size >= 2 && this.#size === this.#lengthEnd + (this.second < 0x80 ? 0 : 4);
  }

  /** Bytes of the payload, where its length is there. */
  get length(): number {
    const short = this.second & 127;
    if (short < 126) return short;
    const view = new DataView(this.#bytes.buffer);
    return short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
  }

  /** The mask, where it is whole and has one. */
  get mask(): number {
    return maskAt(this.#bytes, this.#lengthEnd);
  }

  get #lengthEnd(): number {
    const short = this.second & 127;
    return short === 127 ? 10 : short === 126 ? 4 : 2;
  }
}

/** The mask that begins at a place. */
export const maskAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) << 24 | (bytes[at + 1] as number) << 16 |
  (bytes[at + 2] as number) << 8 | (bytes[at + 3] as number);
