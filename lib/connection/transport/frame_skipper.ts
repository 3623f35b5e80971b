import { FrameError } from "./frame_error.ts";
import { type Close, readClose } from "./read_close.ts";
import { unmask } from "./unmask.ts";

const CLOSE = 8;

/** Bytes of a control frame's payload. */
const MOST = 125;

// A head with the longest length and a mask.
const HEAD_SIZE = 14;

// What a close frame says that says nothing that may be said.
const NOTHING_SAID: Close = { code: 1006, reason: "" };

/**
 * Reads on where a connection is closing: of all that still comes, only the client's close frame counts. Frames are
 * told apart by their lengths, whatever else may be wrong with them.
 */
export class FrameSkipper {
  readonly #head = new Uint8Array(HEAD_SIZE);
  #size = 0;
  /** Bytes that come before the next head. */
  #missing: number;
  /** The payload of a close frame, as far as it has come. */
  #close: number[] | undefined;

  /** @param missing Bytes that are still to come of a frame that was begun. */
  constructor(missing: number) {
    this.#missing = missing;
  }

  /** Answers what the close frame says as soon as it has come. */
  push(chunk: Uint8Array, at: number = 0): Close | undefined {
    while (at < chunk.length) {
      if (this.#missing > 0) {
        const end = Math.min(at + this.#missing, chunk.length);
        this.#close?.push(...chunk.subarray(at, end));
        this.#missing -= end - at;
        at = end;
      } else {
        this.#head[this.#size++] = chunk[at++] as number;
        if (!this.#endHead()) continue;
      }
      if (this.#missing === 0 && this.#close) return this.#read(this.#close);
      // It has no code that could be read.
      if (this.#close && this.#missing > MOST) return NOTHING_SAID;
    }
    return undefined;
  }

  /** Whether the head is complete; then the next one can begin. */
  #endHead(): boolean {
    const size = this.#size;
    if (size < 2) return false;
    const head = new DataView(this.#head.buffer);
    const short = head.getUint8(1) & 127;
    const known = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (size < known + (head.getUint8(1) < 0x80 ? 0 : 4)) return false;
    this.#size = 0;
    this.#missing = known === 10
      ? Number(head.getBigUint64(2))
      : known === 4
      ? head.getUint16(2)
      : short;
    if ((head.getUint8(0) & 15) === CLOSE) this.#close = [];
    return true;
  }

  #read(payload: readonly number[]): Close {
    const bytes = Uint8Array.from(payload);
    // Of what has no mask, the code would be that of chance.
    if ((this.#head[1] as number) < 0x80 || bytes.length === 1) return NOTHING_SAID;
    unmask(bytes, 0, bytes.length, new DataView(this.#head.buffer).getInt32(2));
    try {
      return readClose(bytes);
    } catch (error) {
      if (error instanceof FrameError) return NOTHING_SAID;
      throw error;
    }
  }
}
