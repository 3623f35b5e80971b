import { within } from "../base/within.ts";
import type { Piece, SharedInput, Source } from "./shared_input.ts";

const encoder = new TextEncoder();

// What a pipe holds on Linux: a larger write would not tell how much of it the process has read.
const WRITE_SIZE = 64 * 1024;

/** Writes a {@linkcode SharedInput} to one process, as long as that reads. */
export class Feed<S extends Source> {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #input: SharedInput<S>;
  #writes = 0;
  /** What it began to write, and the bytes of it that the process may not have got. */
  #pieces: readonly Piece<S>[] = [];
  #underWay = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;
  #broken = false;

  constructor(stdin: WritableStream<Uint8Array>, input: SharedInput<S>) {
    this.#writer = stdin.getWriter();
    // An error reaches whoever writes or closes; this promise has nobody else.
    this.#writer.closed.catch(() => {});
    this.#input = input;
  }

  /** Bytes that were under way when the process closed its input or ended. */
  get lost(): number {
    return this.#lost;
  }

  /** Something waits. */
  wake(): void {
    if (this.#broken || this.#writing) return;
    this.#pieces = this.#input.next(WRITE_SIZE);
    if (this.#pieces.length > 0) this.#writing = this.#write();
  }

  /**
   * Closes the input after what waits was taken, or after the process has taken nothing for a while.
   *
   * @param patience Milliseconds.
   */
  async end(patience: number): Promise<void> {
    while (this.#writing && !this.#broken) {
      const before = this.#writes;
      if (!(await within(this.#writing, patience)) && this.#writes === before) break;
    }
    this.abandon();
  }

  /** Closes the input at once; what still waits is left to the next process. */
  abandon(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#lost = this.#underWay;
    this.#settle();
    // `abort` and not `close`, which would wait for a write that the process never takes. It fails only
    // on a pipe that is broken already, and what that costs has been counted.
    this.#writer.abort().catch(() => {});
  }

  async #write(): Promise<void> {
    while (this.#pieces.length > 0) {
      let text = "";
      for (const piece of this.#pieces) text += piece.text;
      await this.#writeAll(encoder.encode(text));
      this.#settle();
      if (!this.#broken) this.#pieces = this.#input.next(WRITE_SIZE);
    }
    this.#writing = undefined;
  }

  #settle(): void {
    this.#input.taken(this.#pieces);
    this.#pieces = [];
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#underWay = bytes.length;
    try {
      for (let start = 0; start < bytes.length && !this.#broken; start += WRITE_SIZE) {
        await this.#writer.write(bytes.subarray(start, start + WRITE_SIZE));
        this.#writes++;
        this.#underWay = Math.max(0, bytes.length - start - WRITE_SIZE);
      }
    } catch {
      // The process closed its input or ended (EPIPE): what it does not get is counted as lost.
      this.abandon();
    }
  }
}
