import { MAX_LINE } from "../base/limits.ts";

/**
 * How a program's output becomes messages.
 *
 * - `lines`: each line of stdout is a text message;
 * - `binary`: stdout as it comes is binary messages;
 * - `streams`: lines of stdout and stderr as `{"stream":"stdout","data":"…"}`.
 */
export type Framing = "lines" | "binary" | "streams";

/** A line that is longer than `MAX_LINE` bytes. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
}

// A byte order mark is part of what the program wrote.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const NEWLINE = 10;

const EMPTY = new Uint8Array();

// A line is measured where it goes on in the next chunk, so that a chunk must not be longer than one may be.
const PIECE = 1024 * 1024;

/** Cuts a stream of bytes into lines of text, `\n` and `\r\n` removed; what is not UTF-8 becomes U+FFFD. */
export class LineSplitter {
  /** The begin of a line, of which `#length` bytes are used. */
  #rest = EMPTY;
  #length = 0;
  readonly #emit: (line: string) => void;

  /** @param emit Gets each line. */
  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  /**
   * Takes the next bytes, which may be reused afterwards.
   *
   * @returns How many lines ended in them.
   * @throws {LineTooLongError} If a line is longer than `MAX_LINE` bytes.
   */
  push(chunk: Uint8Array): number {
    if (chunk.length > PIECE) return this.#pushPieces(chunk);
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(chunk);
      return 0;
    }
    let lines = 0;
    let start = 0;
    if (this.#length > 0) {
      this.#keep(chunk.subarray(0, first));
      this.#emitLine(this.#takeRest());
      lines = 1;
      start = first + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= start) {
      // Decoded in one go: a newline is never part of another character.
      const text = decoder.decode(chunk.subarray(start, last));
      let from = 0;
      for (let to; (to = text.indexOf("\n", from)) >= 0; from = to + 1, lines++) {
        this.#emitLine(text.slice(from, to));
      }
      this.#emitLine(from === 0 ? text : text.slice(from));
      lines++;
    }
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1));
    return lines;
  }

  /** The last line, if it has no end of its own. */
  end(): void {
    if (this.#length > 0) this.#emit(this.#takeRest());
  }

  #pushPieces(chunk: Uint8Array): number {
    let lines = 0;
    for (let start = 0; start < chunk.length; start += PIECE) {
      lines += this.push(chunk.subarray(start, start + PIECE));
    }
    return lines;
  }

  #emitLine(line: string): void {
    this.#emit(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > MAX_LINE) {
      throw new LineTooLongError(`A line is longer than ${MAX_LINE} bytes`);
    }
    if (length > this.#rest.length) {
      // Twice as much, so that a line that comes in small parts is not copied for each of them.
      const larger = new Uint8Array(Math.min(MAX_LINE, Math.max(length, 2 * this.#length)));
      larger.set(this.#rest.subarray(0, this.#length));
      this.#rest = larger;
    }
    this.#rest.set(bytes, this.#length);
    this.#length = length;
  }

  #takeRest(): string {
    const text = decoder.decode(this.#rest.subarray(0, this.#length));
    this.#rest = EMPTY;
    this.#length = 0;
    return text;
  }
}
