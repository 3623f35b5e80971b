import { Feed } from "./feed.ts";

/** Who says something to a process that listens to many. */
export interface Source {
  /** Bytes of its messages that no process has taken yet; counted by {@linkcode SharedInput}. */
  waiting: number;
}

/** One thing that is to be written to a process, whole or not at all. */
export interface Piece<S extends Source> {
  readonly source: S;
  /** What its source says, or what is said of its source. */
  readonly kind: "message" | "open" | "close";
  readonly text: string;
  /** What it counts, in bytes. */
  readonly size: number;
}

/** How a {@linkcode SharedInput} is bounded. */
export interface SharedInputOptions {
  /** Bytes of messages of one source that may wait. */
  readonly maxQueue: number;
}

// What a piece costs in memory, so that short ones are bounded as well.
const SMALLEST = 128;

/**
 * What many say to one process, in the order in which they say it. It waits here while the process does
 * not read, and while there is none: what no process has been offered, the next one gets.
 *
 * What waits is bounded for each source, so that one that floods a process harms nobody else.
 */
export class SharedInput<S extends Source> {
  readonly #maxQueue: number;
  /** What waits, from the oldest at `#first`. */
  #pieces: Piece<S>[] = [];
  #first = 0;
  #waiting = 0;
  #feed: Feed<S> | undefined;

  constructor(options: SharedInputOptions) {
    this.#maxQueue = options.maxQueue;
  }

  /** Bytes that wait, those of a write that is under way included. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Takes a text for the process.
   *
   * @returns false, and takes nothing, where it is a message and its source has too many waiting.
   */
  add(source: S, kind: Piece<S>["kind"], text: string): boolean {
    const bytes = byteLength(text);
    const size = Math.max(SMALLEST, bytes);
    if (kind === "message") {
      // One that is alone is measured by nothing but its data.
      const after = source.waiting === 0 ? bytes : source.waiting + size;
      if (after > this.#maxQueue) return false;
    }
    this.#put({ source, kind, text, size });
    this.#feed?.wake();
    return true;
  }

  /** Writes to a process from now on what waits and what comes. */
  feed(stdin: WritableStream<Uint8Array>): Feed<S> {
    this.#feed = new Feed(stdin, this);
    this.#feed.wake();
    return this.#feed;
  }

  /**
   * The oldest pieces that wait, of so many characters together, or one that is longer; `taken` has to
   * follow.
   */
  next(length: number): readonly Piece<S>[] {
    const pieces: Piece<S>[] = [];
    for (let room = length; this.#first < this.#pieces.length;) {
      const piece = this.#pieces[this.#first] as Piece<S>;
      room -= piece.text.length;
      if (room < 0 && pieces.length > 0) break;
      pieces.push(piece);
      this.#first++;
    }
    this.#tidy();
    return pieces;
  }

  /** Counts pieces out: they were written, or never will be. */
  taken(pieces: readonly Piece<S>[]): void {
    for (const { source, kind, size } of pieces) {
      this.#waiting -= size;
      if (kind === "message") source.waiting -= size;
    }
  }

  /**
   * Puts other pieces in place of all that no process has been offered.
   *
   * @param change Makes them of those that wait.
   */
  replace(change: (pieces: readonly Piece<S>[]) => Iterable<Omit<Piece<S>, "size">>): void {
    const before = this.#pieces.slice(this.#first);
    const after = [...change(before)];
    this.taken(before);
    this.#pieces = [];
    this.#first = 0;
    for (const { source, kind, text } of after) {
      this.#put({ source, kind, text, size: Math.max(SMALLEST, byteLength(text)) });
    }
    this.#feed?.wake();
  }

  /**
   * Drops all that waits.
   *
   * @returns Bytes of the messages among it.
   */
  discard(): number {
    let bytes = 0;
    this.replace((pieces) => {
      for (const { kind, text } of pieces) if (kind === "message") bytes += byteLength(text);
      return [];
    });
    return bytes;
  }

  #put(piece: Piece<S>): void {
    this.#pieces.push(piece);
    this.#waiting += piece.size;
    if (piece.kind === "message") piece.source.waiting += piece.size;
  }

  #tidy(): void {
    if (this.#first === this.#pieces.length) {
      this.#pieces = [];
      this.#first = 0;
    } else if (this.#first >= 1024 && 2 * this.#first >= this.#pieces.length) {
      // Only now and then, because it moves all that is left.
      this.#pieces = this.#pieces.slice(this.#first);
      this.#first = 0;
    }
  }
}

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  // Mostly it is plain, and then there is nothing to encode.
  return /^[\0-\x7f]*$/.test(text) ? text.length : encoder.encode(text).length;
}
