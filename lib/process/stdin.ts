import type { Gauge } from "../contract.ts";
import { Feed, type Supply } from "./feed.ts";

/** Who says something to a process. */
export interface Source {
  /** Bytes of its messages that no process has taken yet; counted by {@linkcode Stdin}. */
  waiting: number;
  /** Whether it is held back, so that what it has said already is taken in any case. */
  readonly held?: boolean;
}

/** One thing that is to be written to a process, whole or not at all. */
export interface Piece<S extends Source> {
  readonly source: S;
  /** What its source says, or what is said of its source. */
  readonly kind: "message" | "open" | "close";
  readonly bytes: Uint8Array;
}

/** How a {@linkcode Stdin} is bounded, and how long it lasts. */
export interface StdinOptions {
  /** Bytes of messages of one source that may wait. */
  readonly maxQueue: number;
  /** Whether what waits outlives a process, for the next one; default false. */
  readonly lasting?: boolean;
  /** Whether the bytes that it takes are somebody else's as well; default: they are given away. */
  readonly lent?: boolean;
}

/** A piece that waits. What its source says next is put behind it, as long as nobody has begun to write it. */
interface Waiting<S extends Source> {
  readonly source: S;
  readonly kind: Piece<S>["kind"];
  /** May be larger than what is in it. */
  bytes: Uint8Array;
  length: number;
  /** Whether its bytes are somebody else's as well. */
  lent: boolean;
  /** What follows that, and is encoded at once when nothing can follow any more. */
  text: string;
  /** What it counts, in bytes; with what its text can have at most. */
  size: number;
}

// What a piece costs in memory, so that short ones are bounded as well.
const SMALLEST = 128;

// Messages are put together up to what is written at once.
const JOINED = 64 * 1024;

// Bytes of UTF-8 for a unit of UTF-16, at most.
const WIDEST = 3;

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * What is said to a process, by one or by many, in the order in which they say it. It waits here while the
 * process does not read, and, where it is lasting, while there is none: what no process has been offered, the
 * next one gets.
 *
 * What waits is bounded for each source, so that one that floods a process harms nobody else.
 */
export class Stdin<S extends Source = Source> implements Gauge, Supply<Waiting<S>> {
  readonly #maxQueue: number;
  readonly #lasting: boolean;
  readonly #lent: boolean;
  /** What waits, from the oldest at `#first`. */
  #pieces: Waiting<S>[] = [];
  #first = 0;
  #waiting = 0;
  #feed: Feed<Waiting<S>> | undefined;
  /** Whether its one process takes nothing more. */
  #over = false;
  #draining: { readonly amount: number; readonly resolve: () => void }[] = [];

  constructor(options: StdinOptions) {
    this.#maxQueue = options.maxQueue;
    this.#lasting = options.lasting ?? false;
    this.#lent = options.lent ?? false;
  }

  /** Bytes that wait, those of a write that is under way included; of text, those that it can have at most. */
  get bufferedAmount(): number {
    return this.#waiting;
  }

  /** Resolves when no more than so many bytes wait, or nothing ever will again; default: nothing waits. */
  drained(amount = 0): Promise<void> {
    if (this.#waiting <= amount) return Promise.resolve();
    return new Promise((resolve) => this.#draining.push({ amount, resolve }));
  }

  /**
   * Takes text for the process, or bytes, which are given away with their buffer.
   *
   * @returns false, and takes nothing, where it is a message and its source has too many waiting.
   */
  add(source: S, kind: Piece<S>["kind"], data: Uint8Array | string): boolean {
    if (data.length === 0) return true;
    if (this.#over) {
      // Nobody's fault, and lost.
      this.#feed?.lose((typeof data === "string" ? encoder.encode(data) : data).length);
      return true;
    }
    const taken = this.#take(source, kind, data) ||
      (typeof data === "string" && this.#takeExactly(source, kind, data));
    if (taken) this.#feed?.wake();
    return taken;
  }

  /** Writes to a process from now on what waits and what comes. */
  feed(stdin: WritableStream<Uint8Array>): Feed {
    const feed = this.#feed = new Feed(stdin, this);
    feed.wake();
    return feed;
  }

  next(length: number): readonly Waiting<S>[] {
    this.#encodeLast();
    const pieces: Waiting<S>[] = [];
    for (let room = length; this.#first < this.#pieces.length;) {
      const piece = this.#pieces[this.#first] as Waiting<S>;
      room -= piece.length;
      if (room < 0 && pieces.length > 0) break;
      pieces.push(piece);
      this.#first++;
    }
    this.#tidy();
    return pieces;
  }

  taken(pieces: readonly Waiting<S>[]): void {
    for (const { source, kind, size } of pieces) {
      this.#waiting -= size;
      if (kind === "message") source.waiting -= size;
    }
    this.#release();
  }

  /**
   * Puts other pieces in place of all that no process has been offered.
   *
   * @param change Makes them of those that wait.
   */
  replace(change: (pieces: readonly Piece<S>[]) => Iterable<Piece<S>>): void {
    this.#encodeLast();
    const before = this.#pieces.slice(this.#first);
    const after = [...change(before.map(pieceOf))];
    this.#pieces = [];
    this.#first = 0;
    for (const { source, kind, bytes } of after) {
      const { length } = bytes;
      const size = Math.max(SMALLEST, length);
      this.#put({ source, kind, bytes, length, lent: this.#lent, text: "", size });
    }
    this.taken(before);
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
      for (const piece of pieces) if (piece.kind === "message") bytes += piece.bytes.length;
      return [];
    });
    return bytes;
  }

  abandoned(): number {
    if (this.#lasting) return 0;
    this.#over = true;
    return this.discard();
  }

  /** The last piece, as long as it is not being written. */
  get #last(): Waiting<S> | undefined {
    return this.#first < this.#pieces.length ? this.#pieces.at(-1) : undefined;
  }

  #take(source: S, kind: Piece<S>["kind"], data: Uint8Array | string): boolean {
    const isText = typeof data === "string";
    const length = isText ? WIDEST * data.length : data.length;
    const last = this.#last;
    const follows = last?.source === source && kind === "message" && last.kind === "message";
    // Pieces of one source are few, because they are put together.
    const size = kind === "message" && (follows || !last) ? length : Math.max(SMALLEST, length);
    if (kind === "message" && !source.held) {
      // One that is alone is measured by nothing but its data.
      const after = source.waiting === 0 ? length : source.waiting + size;
      if (after > this.#maxQueue) return false;
    }
    if (follows && last.length + WIDEST * last.text.length + length <= JOINED) {
      if (isText) last.text += data;
      else this.#append(last, data);
      last.size += length;
      this.#count(source, kind, length);
      return true;
    }
    this.#encodeLast();
    if (isText) this.#put({ source, kind, bytes: EMPTY, length: 0, lent: false, text: data, size });
    else this.#put({ source, kind, bytes: data, length, lent: this.#lent, text: "", size });
    return true;
  }

  /** Close to the limit what counts is what a text really has. */
  #takeExactly(source: S, kind: Piece<S>["kind"], text: string): boolean {
    this.#encodeLast();
    return this.#take(source, kind, encoder.encode(text));
  }

  /** What follows on it, or makes an end of it, needs its bytes. */
  #encodeLast(): void {
    const last = this.#last;
    if (!last?.text) return;
    const bytes = encoder.encode(last.text);
    const less = WIDEST * last.text.length - bytes.length;
    last.text = "";
    this.#append(last, bytes);
    last.size -= less;
    this.#count(last.source, last.kind, -less);
    this.#release();
  }

  #append(piece: Waiting<S>, bytes: Uint8Array): void {
    if (piece.text !== "") this.#encodeLast();
    if (piece.length === 0) {
      piece.bytes = bytes;
      piece.length = bytes.length;
      return;
    }
    const length = piece.length + bytes.length;
    if (length > piece.bytes.length) {
      // Twice as much, so that what comes in small parts is not copied for each of them.
      const larger = new Uint8Array(Math.min(JOINED, Math.max(1024, 2 * length)));
      larger.set(piece.bytes.subarray(0, piece.length));
      piece.bytes = larger;
      piece.lent = false;
    }
    piece.bytes.set(bytes, piece.length);
    piece.length = length;
  }

  #put(piece: Waiting<S>): void {
    this.#pieces.push(piece);
    this.#count(piece.source, piece.kind, piece.size);
  }

  #count(source: S, kind: Piece<S>["kind"], size: number): void {
    this.#waiting += size;
    if (kind === "message") source.waiting += size;
  }

  #release(): void {
    if (this.#draining.length === 0) return;
    const [waiting, draining] = [this.#waiting, this.#draining];
    this.#draining = draining.filter(({ amount }) => amount < waiting);
    for (const { amount, resolve } of draining) if (amount >= waiting) resolve();
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

function pieceOf<S extends Source>({ source, kind, bytes, length }: Waiting<S>): Piece<S> {
  return { source, kind, bytes: bytes.subarray(0, length) };
}
