import type { RouteMeter } from "../base/meter.ts";
import type { Gauge } from "../contract.ts";
import { Feed, type Supply } from "./feed.ts";
import { mostOf, type Piece, type Source, WaitingPiece } from "./piece.ts";

/** Bounds of a {@linkcode Stdin}, and how long it lasts. */
export interface StdinOptions {
  /** Bytes of messages of one source that may wait. */
  readonly maxQueue: number;
  /** Whether what waits outlives a process, for the next one; default false. */
  readonly lasting?: boolean;
  /** Whether the bytes that it takes are somebody else's as well; default: they are given away. */
  readonly lent?: boolean;
  /** Is told how long it waits, where it counts that; asked at each piece. */
  readonly meter?: Pick<RouteMeter, "inputTaken"> | undefined;
}

// What a piece costs in memory, so that short ones are bounded as well.
const SMALLEST = 128;

const encoder = new TextEncoder();

/**
 * The input of a process, from one or from many, in the order in which they say it. It waits here while the
 * process does not read, and, where it is lasting, while there is none: what no process has been offered, the
 * next one gets.
 *
 * The queue is bounded for each source, so that one that floods a process harms nobody else.
 */
export class Stdin<S extends Source = Source> implements Gauge, Supply<WaitingPiece<S>> {
  readonly #maxQueue: number;
  readonly #lasting: boolean;
  readonly #lent: boolean;
  readonly #options: StdinOptions;
  /** Pieces that wait, the oldest of them at `#first`. */
  #pieces: WaitingPiece<S>[] = [];
  #first = 0;
  #waiting = 0;
  #feed: Feed<WaitingPiece<S>> | undefined;
  /** Whether its one process takes nothing more. */
  #over = false;
  #draining: { readonly amount: number; readonly resolve: () => void }[] = [];

  constructor(options: StdinOptions) {
    this.#maxQueue = options.maxQueue;
    this.#lasting = options.lasting ?? false;
    this.#lent = options.lent ?? false;
    this.#options = options;
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
      this.#feed?.lose(bytesOf(data).length);
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

  next(length: number): readonly WaitingPiece<S>[] {
    this.#encodeLast();
    const pieces: WaitingPiece<S>[] = [];
    for (let room = length; this.#first < this.#pieces.length;) {
      const piece = this.#pieces[this.#first] as WaitingPiece<S>;
      room -= piece.bytes.length;
      if (room < 0 && pieces.length > 0) break;
      pieces.push(piece);
      this.#first++;
    }
    this.#tidy();
    return pieces;
  }

  written(pieces: readonly WaitingPiece<S>[]): void {
    const since = pieces.find(({ since }) => since > 0)?.since;
    if (since !== undefined) this.#options.meter?.inputTaken?.(performance.now() - since);
  }

  taken(pieces: readonly WaitingPiece<S>[]): void {
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
    const after = [...change(before)];
    this.#pieces = [];
    this.#first = 0;
    for (const piece of after) {
      this.#put(piece, piece.bytes, Math.max(SMALLEST, piece.bytes.length));
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
  get #last(): WaitingPiece<S> | undefined {
    return this.#first < this.#pieces.length ? this.#pieces.at(-1) : undefined;
  }

  #take(source: S, kind: Piece<S>["kind"], data: Uint8Array | string): boolean {
    const length = mostOf(data);
    const last = this.#last;
    const follows = last?.source === source && kind === "message" && last.kind === "message";
    // Pieces of one source are few, because they are put together.
    const size = kind === "message" && (follows || !last) ? length : Math.max(SMALLEST, length);
    if (kind === "message" && !source.held) {
      // One that is alone is measured by nothing but its data.
      const after = source.waiting === 0 ? length : source.waiting + size;
      if (after > this.#maxQueue) return false;
    }
    if (follows && last.hasRoomFor(data)) {
      // Bytes behind a text make an end of it.
      if (typeof data !== "string") this.#encodeLast();
      last.append(data);
      last.size += length;
      this.#count(source, kind, length);
    } else {
      this.#encodeLast();
      this.#put({ source, kind }, data, size);
    }
    return true;
  }

  /** Close to the limit the bytes count that a text really has. */
  #takeExactly(source: S, kind: Piece<S>["kind"], text: string): boolean {
    this.#encodeLast();
    return this.#take(source, kind, bytesOf(text));
  }

  #encodeLast(): void {
    const last = this.#last;
    const fewer = last?.encode();
    if (!last || !fewer) return;
    last.size -= fewer;
    this.#count(last.source, last.kind, -fewer);
    this.#release();
  }

  #put(piece: Omit<Piece<S>, "bytes">, data: Uint8Array | string, size: number): void {
    const waiting = new WaitingPiece(piece, data, size, this.#lent);
    if (this.#options.meter?.inputTaken) waiting.since = performance.now();
    this.#pieces.push(waiting);
    this.#count(piece.source, piece.kind, size);
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

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : data;
}
