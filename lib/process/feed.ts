import { letGo } from "../base/let_go.ts";
import { within } from "../base/within.ts";

// What a pipe holds on Linux: a larger write would not tell how much of it the process has read.
const WRITE_SIZE = 64 * 1024;

/** Bytes that are written whole or not at all. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Whether its memory is somebody else's as well. */
  readonly lent: boolean;
}

/** Where a {@linkcode Feed} gets what it writes. */
export interface Supply<P extends Piece> {
  /** The oldest pieces, of so many bytes together, or one that is longer; `taken` has to follow. */
  next(length: number): readonly P[];
  /** Pieces were written, all of them; `taken` follows. */
  written?(pieces: readonly P[]): void;
  /** Pieces were written, or never will be. */
  taken(pieces: readonly P[]): void;
  /**
   * The process takes nothing more.
   *
   * @returns Bytes that it will not get, and no other process either.
   */
  abandoned(): number;
}

/** Writes what waits for a process to its input, as long as that reads. */
export class Feed<P extends Piece = Piece> {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #supply: Supply<P>;
  #writes = 0;
  /** Pieces that it began to write, and the bytes of it that the process may not have got. */
  #pieces: readonly P[] = [];
  #underWay = 0;
  #lost = 0;
  #written = 0;
  #writing: Promise<void> | undefined;
  #broken = false;
  readonly #over = Promise.withResolvers<void>();

  constructor(stdin: WritableStream<Uint8Array>, supply: Supply<P>) {
    this.#writer = stdin.getWriter();
    // An error reaches whoever writes or closes; this promise has nobody else.
    this.#writer.closed.catch(() => {});
    this.#supply = supply;
  }

  /** Bytes that nobody can get any more, because the process closed its input or ended. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that the process was given last, and that may lie in the pipe to it: nobody can know how many do. */
  get unsure(): number {
    return Math.min(this.#written, WRITE_SIZE);
  }

  /** Counts bytes that came too late. */
  lose(bytes: number): void {
    this.#lost += bytes;
  }

  /** Something waits. */
  wake(): void {
    if (this.#broken || this.#writing) return;
    this.#pieces = this.#supply.next(WRITE_SIZE);
    if (this.#pieces.length > 0) this.#writing = this.#write();
  }

  /**
   * Closes the input after what waits was taken, or after the process has taken nothing for a while.
   *
   * @param patience Milliseconds, `Infinity` for as long as it takes.
   */
  async end(patience: number): Promise<void> {
    await Promise.race([this.#over.promise, this.#finish(patience)]);
  }

  async #finish(patience: number): Promise<void> {
    while (this.#writing && !this.#broken) {
      const before = this.#writes;
      // No timer takes that.
      if (patience === Infinity) await this.#writing;
      else if (!(await within(this.#writing, patience)) && this.#writes === before) break;
    }
    this.abandon();
  }

  /** Closes the input at once; what still waits is left to the next process, or lost. */
  abandon(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#over.resolve();
    this.#lost += this.#underWay + this.#supply.abandoned();
    this.#settle();
    // `abort` and not `close`, which would wait for a write that the process never takes. It fails only
    // on a pipe that is broken already, and what that costs has been counted.
    this.#writer.abort().catch(() => {});
  }

  async #write(): Promise<void> {
    while (this.#pieces.length > 0) {
      const pieces = this.#pieces;
      await this.#writeAll(joined(pieces));
      if (!this.#broken) {
        this.#supply.written?.(pieces);
        for (const { bytes, lent } of pieces) if (!lent) letGo(bytes);
      }
      this.#settle();
      if (!this.#broken) this.#pieces = this.#supply.next(WRITE_SIZE);
    }
    this.#writing = undefined;
  }

  #settle(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#supply.taken(pieces);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#underWay = bytes.length;
    try {
      for (let start = 0; start < bytes.length && !this.#broken; start += WRITE_SIZE) {
        const part = bytes.subarray(start, start + WRITE_SIZE);
        await this.#writer.write(part);
        this.#writes++;
        this.#written += part.length;
        this.#underWay = Math.max(0, bytes.length - start - WRITE_SIZE);
      }
    } catch {
      // The process closed its input or ended (EPIPE): what it does not get is counted as lost.
      this.abandon();
    }
  }
}

function joined(pieces: readonly Piece[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first) return first.bytes;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece.bytes, at);
    at += piece.bytes.length;
  }
  return bytes;
}
