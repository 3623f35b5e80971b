import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";

/** Options of {@linkcode ZlibStream}, for what it compresses. */
export interface ZlibStreamOptions {
  /** The size of its window as a power of two: 9 to 15. */
  readonly windowBits: number;
  /** From 0, which only copies, to 9. */
  readonly level: number;
}

/** The inside of a stream of `node:zlib`. */
interface Inner {
  readonly _handle: Handle;
  /** Room that is left in the output, and bytes that are left of the input. */
  readonly _writeState: Uint32Array;
}

interface Handle {
  onerror: (message: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputSize: number,
    output: Uint8Array,
    outputStart: number,
    outputSize: number,
  ): void;
  reset(): void;
  params(level: number, strategy: number): void;
}

const { Z_SYNC_FLUSH, Z_DEFAULT_STRATEGY } = constants;

// The stream's own buffer, which is not used.
const LEAST_CHUNK = 64;

/**
 * A stream of raw DEFLATE data (RFC 1951) that is worked on in one go.
 *
 * The streams of `node:zlib` tell what they have made only in a later turn, although they have worked on it in
 * this one, and its functions for one go make a state of 200 KB or more, which takes longer than a short message
 * does, and forget it (Deno 2.9). So the inside of such a stream is used, as it is in Deno 2.8 and 2.9 and in
 * Node.js; it is not documented, and `zlibWorks` says whether it is there.
 */
export class ZlibStream {
  readonly #handle: Handle;
  readonly #state: Uint32Array;
  #error: string | undefined;

  /** @param deflate How to compress; without it, the stream inflates. */
  constructor(deflate?: ZlibStreamOptions) {
    const inner = deflate
      ? createDeflateRaw({ ...deflate, chunkSize: LEAST_CHUNK })
      : createInflateRaw({ chunkSize: LEAST_CHUNK });
    const { _handle, _writeState } = inner as unknown as Inner;
    this.#handle = _handle;
    this.#state = _writeState;
    _handle.onerror = (message) => this.#error = message;
  }

  /**
   * Works on some input, and makes all of it that fits into the output.
   *
   * @returns Bytes that it made. Where these are all that fit, there may be more.
   * @throws {Error} If the input is no such data.
   */
  step(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
    const room = output.length - at;
    this.#handle.writeSync(Z_SYNC_FLUSH, input, start, end - start, output, at, room);
    if (this.#error !== undefined) {
      const message = this.#error;
      this.#error = undefined;
      throw new Error(message);
    }
    return room - (this.#state[0] as number);
  }

  /** Bytes of the last input that it has not used: it has no room for more, or its data has an end. */
  get left(): number {
    return this.#state[1] as number;
  }

  /** Begins anew, with an empty window; also after an error. */
  reset(): void {
    this.#handle.reset();
  }

  /** Compresses by another level what comes from now on; all that came before MUST have been made. */
  setLevel(level: number): void {
    this.#handle.params(level, Z_DEFAULT_STRATEGY);
  }
}
