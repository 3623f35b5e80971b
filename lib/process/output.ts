import { HIGH_WATER_MARK, OUTPUT_QUIET } from "../base/limits.ts";
import { nextTurn } from "../base/next_turn.ts";
import { shareTurn } from "../base/share_turn.ts";
import { within } from "../base/within.ts";
import type { Decoder, Gauge } from "../contract.ts";

/** Options of {@linkcode Output}. */
export interface OutputOptions {
  /** Bytes of the buffer that waits in every idle connection. */
  readonly smallest: number;
  /** The reader that has to keep up: while it is behind nothing is read, so that the process has to wait. */
  readonly gauge?: Gauge | undefined;
  /** Bytes after which to look whether it is behind; default: all that was read at once. */
  readonly stride?: number | undefined;
  /** Whether what is there at once, up to 64 KiB, is handed on as one, also where the buffer is smaller. */
  readonly whole?: boolean | undefined;
  /** Looks at what was read, and how long that took to come; default: nobody does. */
  readonly watch?: OutputWatch | undefined;
  /**
   * Gets what the decoder throws, or why the stream broke; then nothing more is read.
   *
   * @param atEnd Whether all had been read.
   */
  failed(error: unknown, atEnd: boolean): void;
}

/** An observer of how output comes. */
export interface OutputWatch {
  /** @param waited Milliseconds for which there was nothing to read. */
  read(bytes: Uint8Array, waited: number): void;
  /** All was read. */
  end(): void;
}

const LARGEST = 64 * 1024;

// The most that a pipe holds on Linux, where a program has asked for it (`F_SETPIPE_SZ`); 64 KiB where it has not.
const PIPE = 1024 * 1024;

// How many times in its quiet there has to be nothing: a machine that is busy may come to a look before it has heard
// of what is there, but not to several.
const LOOKS = 4;

/** Why an output was not read to its end: nobody wrote, somebody wrote on and on, or nobody took what was read. */
export type Cut = "held" | "flood" | "stuck";

// The buffer grows for a program that writes much; where each message holds memory of its own until it has
// left, only while that does not make too many at once.
const MANY_MESSAGES = 512;
const DEAR = 512;

/** One output of a process, read to its end. */
export class Output {
  /** Resolves when all of it was taken; never rejects. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #decoder: Decoder;
  readonly #options: OutputOptions;
  /** The next read, where that has begun already. */
  #ahead: Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> | undefined;
  /** Counts reads, and what was handed on of them. */
  #steps = 0;
  /** Reads that were begun, and the last of them that took all there was and was handed on. */
  #begun = 0;
  #emptied = 0;
  /** Whether what was read last was less than there was room for: nothing more was there at that moment. */
  #short = false;
  /** Bytes that were handed on. */
  #taken = 0;
  #waiting = false;

  constructor(stream: ReadableStream<Uint8Array>, decoder: Decoder, options: OutputOptions) {
    this.#reader = stream.getReader({ mode: "byob" });
    this.#decoder = decoder;
    this.#options = options;
    this.ended = this.#read();
  }

  /**
   * Waits for the end, or until nobody writes any more, and then reads nothing more: for what is left when
   * all was ended that could be found.
   *
   * What stands in the pipe now is read, however long that takes, unless who takes it stands still: until a read finds
   * less than it has room for, or as much was read as a pipe can hold.
   *
   * @param patience Milliseconds after which it does so in any case: somebody who is not found, or may live on,
   * can write for ever. They are counted in looks, because a machine that is busy, or was stopped, has had less of
   * them than a clock tells.
   * @returns Why there was no end; undefined where there was one.
   */
  async quiet(patience = Infinity): Promise<Cut | undefined> {
    const pause = OUTPUT_QUIET / LOOKS;
    const most = patience / pause;
    const [begun, enough] = [this.#begun, this.#taken + PIPE];
    let cut: Cut | undefined;
    /** The steps up to which there was what was in the pipe: what comes behind that was written since. */
    let own: number | undefined;
    for (let looks = 1, still = 0, last = -1; !cut; looks++) {
      if (await within(this.ended, pause)) return undefined;
      still = this.#steps === last ? still + 1 : 0;
      last = this.#steps;
      if (this.#emptied > begun || this.#taken >= enough) own ??= last;
      if (this.#waiting && still >= LOOKS) cut = "held";
      else if (still >= most) cut = "stuck";
      else if (looks >= most && own !== undefined && last > own) cut = "flood";
    }
    await this.#reader.cancel();
    return cut;
  }

  async #read(): Promise<void> {
    const { smallest } = this.#options;
    let atEnd = false;
    try {
      for (let buffer = new Uint8Array(smallest);;) {
        const value = await this.#next(buffer);
        if (!value) break;
        const dear = await this.#take(value);
        if (this.#short) this.#emptied = this.#begun;
        const size = this.#nextSize(value, dear);
        buffer = value.buffer.byteLength === size
          ? new Uint8Array(value.buffer)
          : new Uint8Array(size);
      }
      atEnd = true;
      this.#options.watch?.end();
      this.#decoder.end();
    } catch (error) {
      this.#options.failed(error, atEnd);
      // Of a stream that broke itself this fails the same way, which was just told.
      await this.#reader.cancel().catch(() => {});
    }
  }

  /** Reads the next bytes, into a buffer where none waits yet; undefined at the end. */
  async #next(buffer: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { watch } = this.#options;
    const since = watch ? performance.now() : 0;
    this.#waiting = true;
    const { value, done } = await (this.#ahead ?? this.#begin(buffer));
    this.#waiting = false;
    this.#ahead = undefined;
    this.#steps++;
    if (done || !value) return undefined;
    watch?.read(value, performance.now() - since);
    const size = value.buffer.byteLength;
    this.#short = value.length < size;
    const isCut = this.#options.whole && value.length === size && size < LARGEST;
    return isCut ? await this.#joined(value) : value;
  }

  #begin(buffer: Uint8Array<ArrayBuffer>) {
    this.#begun++;
    return this.#reader.read(buffer);
  }

  /** Bytes that filled their buffer, with those that are there behind them. */
  async #joined(first: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const ahead = this.#ahead = this.#begin(new Uint8Array(LARGEST));
    // Why it fails is told when these are taken.
    const isThere = await within(ahead, 0).catch(() => false);
    const more = isThere ? (await ahead).value : undefined;
    if (!more?.length) return first;
    this.#ahead = undefined;
    this.#steps++;
    this.#short = more.length < LARGEST;
    const joined = new Uint8Array(first.length + more.length);
    joined.set(first);
    joined.set(more, first.length);
    return joined;
  }

  /** Hands on what was read, no faster than it is taken; answers how many messages it was that hold memory. */
  async #take(bytes: Uint8Array): Promise<number> {
    const { gauge, stride = Infinity } = this.#options;
    let dear = 0;
    for (let at = 0; at < bytes.length; at += stride) {
      const part = stride < bytes.length ? bytes.subarray(at, at + stride) : bytes;
      const before = gauge?.bufferedAmount ?? 0;
      const start = performance.now();
      const messages = this.#decoder.push(part);
      // What is there already is read without a turn of the event loop in between (Deno 2.9): a flood would never end.
      const rest = shareTurn(start);
      if (rest) await rest;
      const after = gauge?.bufferedAmount ?? 0;
      // Not every gauge counts messages without data.
      const isEmpty = part.length < 3 * messages;
      if (isEmpty || after - before > DEAR * messages) dear += messages;
      if (after > HIGH_WATER_MARK) {
        await gauge?.drained();
        // Who is closing is waited for no more, and never drains: to read on must not take everybody's turn.
        if ((gauge?.bufferedAmount ?? 0) > HIGH_WATER_MARK) await nextTurn();
      }
      this.#steps++;
      this.#taken += part.length;
    }
    return dear;
  }

  #nextSize({ length, buffer }: Uint8Array, dear: number): number {
    const size = buffer.byteLength;
    const { smallest } = this.#options;
    if (length === size && size < LARGEST && dear < MANY_MESSAGES) {
      return Math.min(LARGEST, size * 4);
    }
    return dear > 4 * MANY_MESSAGES || length < size / 32 ? smallest : size;
  }
}
