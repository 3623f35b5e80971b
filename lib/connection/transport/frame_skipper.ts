import { FrameError } from "./frame_error.ts";
import { FrameHead } from "./frame_head.ts";
import { type Close, readClose } from "./read_close.ts";
import { unmask } from "./unmask.ts";

const CLOSE = 8;

/** Bytes of a control frame's payload. */
const MOST = 125;

// What a close frame says that says nothing that may be said.
const NOTHING_SAID: Close = { code: 1006, reason: "" };

/**
 * Reads on where a connection is closing: of all that still comes, only the client's close frame counts. Frames are
 * told apart by their lengths, whatever else may be wrong with them.
 */
export class FrameSkipper {
  readonly #head = new FrameHead();
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
        this.#head.add(chunk[at++] as number);
        if (!this.#head.isWhole) continue;
        this.#head.end();
        this.#missing = this.#head.length;
        if (this.#head.opcode === CLOSE) this.#close = [];
      }
      if (this.#missing === 0 && this.#close) return this.#read(this.#close);
      // It has no code that could be read.
      if (this.#close && this.#missing > MOST) return NOTHING_SAID;
    }
    return undefined;
  }

  #read(payload: readonly number[]): Close {
    const bytes = Uint8Array.from(payload);
    // Of what has no mask, the code would be that of chance.
    if (this.#head.second < 0x80 || bytes.length === 1) return NOTHING_SAID;
    unmask(bytes, 0, bytes.length, this.#head.mask);
    try {
      return readClose(bytes);
    } catch (error) {
      if (error instanceof FrameError) return NOTHING_SAID;
      throw error;
    }
  }
}
