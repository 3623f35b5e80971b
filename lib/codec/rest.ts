import { CodecError } from "../base/errors.ts";
import { MAX_LINE } from "../base/limits.ts";

const EMPTY = new Uint8Array();

/** The beginning of a message whose end has not come yet, in memory of its own. */
export class Rest {
  readonly #what: string;
  readonly #most: number;
  #bytes = EMPTY;
  #length = 0;

  /**
   * @param what The word for such a message in the error where one is too long.
   * @param most Bytes that it may have.
   */
  constructor(what: string, most = MAX_LINE) {
    this.#what = what;
    this.#most = most;
  }

  /** Number of bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /** The bytes that have come. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Copies more of it.
   *
   * @throws {CodecError} If it becomes longer than it may be (1009).
   */
  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    checkLength(this.#what, length, this.#most);
    if (length > this.#bytes.length) {
      // Twice as much, so that what comes in small parts is not copied for each of them.
      const larger = new Uint8Array(Math.min(this.#most, Math.max(length, 2 * this.#length)));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** Hands out what has come, and begins anew. */
  take(): Uint8Array {
    const { bytes } = this;
    this.#bytes = EMPTY;
    this.#length = 0;
    return bytes;
  }
}

/**
 * Bounds a message of a program.
 *
 * @param what The word for the message in the error.
 * @throws {CodecError} If it is longer than it may be (1009).
 */
export function checkLength(what: string, length: number, most = MAX_LINE): void {
  if (length > most) throw new CodecError(1009, `${what} is longer than ${MAX_LINE} bytes`);
}
