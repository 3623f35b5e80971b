import type { Connection } from "../contract.ts";
import { HIGH_WATER_MARK, OUTPUT_QUIET } from "../base/limits.ts";
import { within } from "../base/within.ts";

/** Makes messages of chunks of bytes. */
export interface ChunkSink {
  /** Takes a chunk, whose memory is used again afterwards, and answers how many messages it made. */
  push(chunk: Uint8Array): number;
  /** Nothing more comes. */
  end(): void;
}

/** How an {@linkcode Output} is read. */
export interface OutputOptions {
  /** Bytes of the buffer that waits in every idle connection. */
  readonly smallest: number;
  /** Who has to keep up: while it is behind nothing is read, so that the process has to wait. */
  readonly connection: Pick<Connection, "bufferedAmount" | "drained"> | undefined;
  /** After how many bytes to look whether it is behind; default: all that was read at once. */
  readonly stride?: number;
  /** Gets what the sink throws; then nothing more is read. */
  failed(error: unknown): void;
}

// The buffer grows for a program that writes much, but only while that does not make too many messages
// at once: each costs a kilobyte until it has left.
const LARGEST = 64 * 1024;
const MANY_MESSAGES = 512;

// How long the output of one process may keep everybody else waiting, in ms: what is there already is read
// without a turn of the event loop in between (Deno 2.9), so that a flood of it would never end.
const SLICE = 20;

/** One output of a process, read to its end. */
export class Output {
  /** Resolves when all of it was taken; never rejects. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamBYOBReader;
  #reads = 0;
  #waiting = false;

  constructor(stream: ReadableStream<Uint8Array>, sink: ChunkSink, options: OutputOptions) {
    this.#reader = stream.getReader({ mode: "byob" });
    this.ended = this.#read(sink, options);
  }

  async #read(sink: ChunkSink, options: OutputOptions): Promise<void> {
    const { smallest, connection, stride = Infinity } = options;
    let size = smallest;
    let worked = 0;
    let buffer = new Uint8Array(size);
    try {
      for (;;) {
        this.#waiting = true;
        const { value, done } = await this.#reader.read(buffer);
        this.#waiting = false;
        this.#reads++;
        if (done || !value) break;
        let messages = 0;
        let start = performance.now();
        for (let at = 0; at < value.length; at += stride) {
          messages += sink.push(stride < value.length ? value.subarray(at, at + stride) : value);
          if (connection && connection.bufferedAmount > HIGH_WATER_MARK) {
            await connection.drained();
            worked = 0;
            start = performance.now();
          }
        }
        worked += performance.now() - start;
        if (worked > SLICE) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          worked = 0;
        }
        if (value.length === size && size < LARGEST && messages < MANY_MESSAGES) size *= 4;
        else if (messages > 4 * MANY_MESSAGES || value.length < size / 32) size = smallest;
        buffer = value.buffer.byteLength === size
          ? new Uint8Array(value.buffer)
          : new Uint8Array(size);
      }
      sink.end();
    } catch (error) {
      options.failed(error);
      // Of a stream that broke itself this fails the same way, which was just told.
      await this.#reader.cancel().catch(() => {});
    }
  }

  /**
   * Waits for the end, or until nobody writes any more: a process that has ended can have left its pipe
   * to one that is not found.
   */
  async quiet(): Promise<void> {
    for (let reads = -1; !(await within(this.ended, OUTPUT_QUIET)); reads = this.#reads) {
      if (this.#waiting && this.#reads === reads) return await this.#reader.cancel();
    }
  }
}
