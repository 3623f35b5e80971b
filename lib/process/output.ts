import type { Connection } from "../base/connection.ts";
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
  /** Gets what the sink throws; then nothing more is read. */
  failed(error: unknown): void;
}

// The buffer grows for a program that writes much, but only while that does not make too many messages
// at once: each costs a kilobyte until it has left.
const LARGEST = 64 * 1024;
const MANY_MESSAGES = 512;

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
    const { smallest, connection } = options;
    let size = smallest;
    let buffer = new Uint8Array(size);
    try {
      for (;;) {
        this.#waiting = true;
        const { value, done } = await this.#reader.read(buffer);
        this.#waiting = false;
        this.#reads++;
        if (done || !value) break;
        const messages = sink.push(value);
        if (connection && connection.bufferedAmount > HIGH_WATER_MARK) await connection.drained();
        if (value.length === size && size < LARGEST && messages < MANY_MESSAGES) size *= 4;
        else if (messages > 4 * MANY_MESSAGES || value.length < size / 32) size = smallest;
        buffer = value.buffer.byteLength === size
          ? new Uint8Array(value.buffer)
          : new Uint8Array(size);
      }
      sink.end();
    } catch (error) {
      options.failed(error);
      await this.#reader.cancel();
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
