import { within } from "./within.ts";

// Characters that may wait: all lines of a burst, such as a start with thousands of routes, and still little.
const MOST = 4 * 1024 * 1024;

// Characters of one write, by default: so much is out of reach where a later line takes the place of the oldest.
const PIECE = 64 * 1024;

// The same where others write to it as well; that of most lines is one byte each.
const PIPE = 4_096;

// How long lines are gathered after a write, in ms: each write is one of another thread, which costs more than
// what most lines are about.
const GATHER = 10;

/** Writes bytes somewhere, and answers how many of them. */
export type Write = (bytes: Uint8Array) => Promise<number>;

/**
 * Writes lines to a stream that may be slow, full or closed, and never waits for it: while a write is under way,
 * lines wait, and beyond 4 MiB of them the oldest are left out, which a line in their place says.
 */
export class LineWriter {
  readonly #write: Write;
  readonly #leftOut: (count: number) => string;
  #piece: number;
  #lines: string[] = [];
  /** Where the lines begin that still wait. */
  #first = 0;
  #length = 0;
  #leftOutSoFar = 0;
  /** Lines left out of those in front of the first that waits. */
  #missing = 0;
  /** Whether the last line that was written lacks its end. */
  #torn = false;
  #writing: Promise<void> | undefined;
  /** Ends the time in which lines are gathered. */
  #hurry: (() => void) | undefined;
  #isFlushing = false;

  /**
   * @param write Writes some of the bytes; what it rejects with is the end of these bytes, not of the writer.
   * @param leftOut The line, its end included, in place of so many that are left out.
   * @param piece Characters of one write, for who has more to write than a log; default 64 Ki.
   */
  constructor(write: Write, leftOut: (count: number) => string, piece = PIECE) {
    this.#piece = piece;
    this.#write = write;
    this.#leftOut = leftOut;
  }

  /**
   * Has each write be no longer than a pipe takes as a whole (4 KiB, pipe(7)), unless a line is: other processes write
   * there as well, and would come between its lines.
   */
  share(): void {
    this.#piece = PIPE;
  }

  /** The number of lines that were left out, or not written to their end. */
  get leftOut(): number {
    return this.#leftOutSoFar;
  }

  /** Takes a line, its end included. Never throws. */
  print(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    // The last one may be as long as it wants: it is there already.
    while (this.#length > MOST && this.#first < this.#lines.length - 1) this.#drop();
    this.#writing ??= this.#drain();
  }

  /** Resolves when all lines were written; or, for whoever has to go on, after some time, in ms. */
  async flushed(ms: number): Promise<void> {
    if (!this.#writing) return;
    this.#isFlushing = true;
    this.#hurry?.();
    await within(this.#writing, ms);
    this.#isFlushing = false;
  }

  #drop(): void {
    this.#length -= this.#lines[this.#first]?.length ?? 0;
    this.#first++;
    this.#missing++;
    this.#leftOutSoFar++;
    this.#compact();
  }

  async #drain(): Promise<void> {
    // What comes at once goes out at once.
    await undefined;
    while (this.#first < this.#lines.length) {
      const missing = this.#missing;
      const head = (this.#torn ? "\n" : "") + (missing > 0 ? this.#leftOut(missing) : "");
      const lines = this.#take();
      this.#missing = 0;
      // Without its head, the place of those that are missing would not be seen.
      const isHeadless = await this.#send(head) > 0;
      const lost = isHeadless ? lines.length : await this.#send(lines.join(""));
      this.#leftOutSoFar += lost;
      // Others were left out meanwhile.
      this.#missing += isHeadless ? missing + lost : lost;
      if (this.#first === this.#lines.length && !this.#isFlushing) await this.#gather();
    }
    this.#writing = undefined;
  }

  async #gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER);
    this.#hurry = resolve;
    await promise;
    this.#hurry = undefined;
    clearTimeout(timer);
  }

  /** Writes some lines; answers how many of them were not, or not to their end. */
  async #send(text: string): Promise<number> {
    const bytes = encoder.encode(text);
    let written = 0;
    try {
      while (written < bytes.length) written += await this.#write(bytes.subarray(written));
    } catch {
      // There is nowhere to say so, until it goes on: a disk can have room again, and a pipe a reader.
    }
    if (written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
    return bytes.subarray(written).reduce((count, byte) => count + Number(byte === NEWLINE), 0);
  }

  #take(): readonly string[] {
    const from = this.#first;
    let length = 0;
    for (; this.#first < this.#lines.length; this.#first++) {
      const next = this.#lines[this.#first]?.length ?? 0;
      if (length > 0 && length + next > this.#piece) break;
      length += next;
    }
    this.#length -= length;
    const taken = this.#lines.slice(from, this.#first);
    this.#compact();
    return taken;
  }

  /** Forgets the lines that do not wait any more, many in one go: that moves all others. */
  #compact(): void {
    if (2 * this.#first < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

const NEWLINE = 10;

const encoder = new TextEncoder();
