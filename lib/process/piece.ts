/** Somebody who says something to a process. */
export interface Source {
  /** Bytes of its messages that no process has taken yet; counted by `Stdin`. */
  waiting: number;
  /** Whether it is held back, so that what it has said already is taken in any case. */
  readonly held?: boolean;
}

/** One thing that is to be written to a process, whole or not at all. */
export interface Piece<S extends Source> {
  readonly source: S;
  /** Whether its source says it, or it is said of its source. */
  readonly kind: "message" | "open" | "close";
  readonly bytes: Uint8Array;
}

// Bytes of a buffer in which short ones are put together: at first, and at most, which is what is written at once.
const FIRST_ROOM = 1024;
const MOST_ROOM = 64 * 1024;

// Bytes of UTF-8 for a unit of UTF-16, at most.
const WIDEST = 3;

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/** The most bytes that data can have. */
export function mostOf(data: Uint8Array | string): number {
  return typeof data === "string" ? WIDEST * data.length : data.length;
}

/** A piece that waits. More of its source is put behind it, as long as nobody has begun to write it. */
export class WaitingPiece<S extends Source> implements Piece<S> {
  readonly source: S;
  readonly kind: Piece<S>["kind"];
  /** Bytes that it counts in its queue; with those that its text can have at most. */
  size: number;
  /** The time since when its first part waits, where somebody wants to know, on the clock of `performance.now()`. */
  since = 0;
  /** The first `#length` of a buffer. */
  #buffer: Uint8Array = EMPTY;
  #length = 0;
  #lent: boolean;
  /** Follows on the bytes, and is encoded at once when nothing can follow on it any more. */
  #text = "";

  /** @param lent Whether bytes are somebody else's as well; otherwise they are given away. */
  constructor(
    piece: Omit<Piece<S>, "bytes">,
    data: Uint8Array | string,
    size: number,
    lent: boolean,
  ) {
    this.source = piece.source;
    this.kind = piece.kind;
    this.size = size;
    this.#lent = lent && typeof data !== "string";
    this.append(data);
  }

  /** The bytes of it that are encoded. */
  get bytes(): Uint8Array {
    return this.#length === this.#buffer.length
      ? this.#buffer
      : this.#buffer.subarray(0, this.#length);
  }

  /** Whether its memory is somebody else's as well. */
  get lent(): boolean {
    return this.#lent;
  }

  /** Whether more can be put behind it. */
  hasRoomFor(data: Uint8Array | string): boolean {
    return this.#length + mostOf(this.#text) + mostOf(data) <= MOST_ROOM;
  }

  /** Puts more behind it, for which there MUST be room. */
  append(data: Uint8Array | string): void {
    if (typeof data === "string") {
      this.#text += data;
      return;
    }
    this.encode();
    this.#append(data);
  }

  /**
   * Makes bytes of its text.
   *
   * @returns Bytes by which they are fewer than they could have been.
   */
  encode(): number {
    if (this.#text === "") return 0;
    const most = mostOf(this.#text);
    const bytes = encoder.encode(this.#text);
    this.#text = "";
    this.#append(bytes);
    return most - bytes.length;
  }

  #append(bytes: Uint8Array): void {
    if (this.#length === 0) {
      this.#buffer = bytes;
      this.#length = bytes.length;
      return;
    }
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      // Twice as much, so that what comes in small parts is not copied for each of them.
      const larger = new Uint8Array(Math.min(MOST_ROOM, Math.max(FIRST_ROOM, 2 * length)));
      larger.set(this.bytes);
      this.#buffer = larger;
      this.#lent = false;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }
}
