import type { Output } from "./output.ts";
import type { SlidingWindow } from "./sliding_window.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** Of JSON, 6 makes a tenth less in half as much time again; 1 makes a third more in a third of the time. */
const LEVEL = 4;
const COPY = 0;

// An empty block ends at the end of a byte; of these bytes, a message goes without the last four (RFC 7692 §7.2.1).
const TAIL = 4;
// So much room is asked for at least: in less than 6 bytes zlib would end twice.
const ROOM = 64;

/** Room for what a window is copied to, block by block; nobody reads it. */
const nowhere = new Uint8Array(64 * 1024);

/**
 * Compresses messages, one for all clients whose windows have the same size: a state of zlib is 200 KB or more,
 * so that no connection has one of its own. Where a message refers to those before it, this is shown its
 * client's window first, unless it was that client's message which it compressed last.
 */
export class Deflater {
  readonly #stream: ZlibStream;
  /** The window of the message before, where that had one. */
  #shown: SlidingWindow | undefined;

  /** @param windowBits The size of the window as a power of two: 9 to 15. */
  private constructor(windowBits: number) {
    this.#stream = new ZlibStream({ windowBits, level: LEVEL });
  }

  /** The one for windows of a size. */
  static of(windowBits: number): Deflater {
    return deflaters[windowBits] ??= new Deflater(windowBits);
  }

  /**
   * Compresses a message (RFC 7692 §7.2.1).
   *
   * @param output It is written behind what is there.
   * @param window The window of its client, which moves on; without one, the message refers to none before it.
   */
  deflate(
    bytes: Uint8Array,
    start: number,
    end: number,
    output: Output,
    window?: SlidingWindow,
  ): void {
    if (!window || window !== this.#shown) this.#begin(window);
    const stream = this.#stream;
    for (let at = start;;) {
      output.reserve(ROOM);
      output.length += stream.step(bytes, at, end, output.bytes, output.length);
      at = end - stream.left;
      if (output.length < output.bytes.length) break;
    }
    output.length -= TAIL;
    this.#shown = window;
    window?.add(bytes, start, end);
  }

  #begin(window: SlidingWindow | undefined): void {
    const stream = this.#stream;
    this.#shown = undefined;
    stream.reset();
    const { bytes } = window ?? {};
    if (!bytes?.length) return;
    // Copying is by far the fastest way to have it in the window; the copy itself is for nobody.
    stream.setLevel(COPY);
    let at = 0;
    let made;
    do {
      made = stream.step(bytes, at, bytes.length, nowhere, 0);
      at = bytes.length - stream.left;
    } while (made === nowhere.length);
    stream.setLevel(LEVEL);
  }
}

const deflaters: Deflater[] = [];
