import { Batch } from "../../../base/batch.ts";
import { CodecError } from "../../../base/errors.ts";
import { joined } from "../../../base/joined.ts";
import { MAX_LINE } from "../../../base/limits.ts";
import { Delimited, LINE } from "../../../codec/delimited.ts";
import type { Decoder, TransportEvents } from "../../../contract.ts";

/** Options of {@linkcode Upload}. */
export interface UploadOptions {
  /** Whether it is bytes; otherwise each line is a message of text. */
  readonly binary: boolean;
  /** Whether bytes are messages as they come, for who takes them as a stream; otherwise all of them are one. */
  readonly streams: boolean;
  /** Whether its client is held back while it is not read. */
  readonly holdsBack: boolean;
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
}

/** The body of a request as messages of a client. */
export class Upload {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #options: UploadOptions;
  #stopped = false;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(body: ReadableStream<Uint8Array> | null, options: UploadOptions) {
    this.#reader = body?.getReader();
    this.#options = options;
  }

  /**
   * Reads it, as fast as its messages are taken.
   *
   * @param whole Whether bytes are one message whatever the options say.
   * @returns Whether that was all of it.
   * @throws {Error} If it breaks off.
   */
  async run(events: TransportEvents, whole: boolean): Promise<boolean> {
    try {
      const decoder = this.#decoderFor(events, whole);
      for (;;) {
        await this.#paused?.promise;
        if (this.#stopped) return false;
        const { value, done } = await this.#reader?.read() ?? NOTHING;
        if (this.#stopped) return false;
        if (done) break;
        // Cut, so that who cannot take all of it at once holds it back.
        for (let at = 0; at < value.length && !this.#stopped; at += PIECE) {
          await this.#paused?.promise;
          if (!this.#stopped) decoder.push(value.subarray(at, at + PIECE));
        }
      }
      decoder.end();
      await this.#paused?.promise;
      return !this.#stopped;
    } catch (error) {
      if (this.#stopped) return false;
      if (!(error instanceof CodecError)) throw error;
      events.end(error.code, error.message);
      return false;
    }
  }

  /**
   * Reads nothing more until `resume`.
   *
   * @returns false where that would hold back nobody; then it reads on.
   */
  pause(): boolean {
    const { holdsBack } = this.#options;
    if (holdsBack) this.#paused ??= Promise.withResolvers();
    return holdsBack;
  }

  /** Reads on. */
  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Reads nothing more at all. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.resume();
    // Whether that fails is nothing to who wants nothing of it.
    this.#reader?.cancel().catch(() => {});
  }

  #decoderFor(events: TransportEvents, whole: boolean): Decoder {
    const { binary, streams, maxFrameSize } = this.#options;
    const most = maxFrameSize || MAX_LINE;
    const take = (batch: Batch) => {
      const isTooLarge = isLarger(batch, most);
      if (isTooLarge) events.tooLarge();
      else events.received(batch);
    };
    if (!binary) return new Delimited(LINE, take);
    return streams && !whole ? new Chunks(take, most) : new OneMessage(take, most);
  }
}

const NOTHING = { done: true, value: undefined } as const;

// Bytes that are handed on at once.
const PIECE = 64 * 1024;

function isLarger(batch: Batch, most: number): boolean {
  if (batch.bytes.length <= most) return false;
  return Array.from({ length: batch.size }, (_, index) => batch.lengthAt(index))
    .some((length) => length > most);
}

/** Bytes as they come. */
class Chunks implements Decoder {
  readonly #take: (batch: Batch) => void;
  readonly #most: number;

  constructor(take: (batch: Batch) => void, most: number) {
    this.#take = take;
    this.#most = most;
  }

  push(chunk: Uint8Array): number {
    for (let at = 0; at < chunk.length; at += this.#most) {
      const part = chunk.subarray(at, at + this.#most);
      this.#take(new Batch(true, part, [0, part.length]));
    }
    return Math.ceil(chunk.length / this.#most);
  }

  end(): void {}
}

/** All bytes as one message. */
class OneMessage implements Decoder {
  readonly #take: (batch: Batch) => void;
  readonly #most: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(take: (batch: Batch) => void, most: number) {
    this.#take = take;
    this.#most = most;
  }

  push(chunk: Uint8Array): number {
    this.#length += chunk.length;
    // What follows makes it no smaller: it is told once, at the end of what is kept.
    if (this.#length > this.#most) {
      throw new CodecError(1009, `A message may have ${this.#most} bytes`);
    }
    this.#parts.push(chunk);
    return 0;
  }

  end(): void {
    if (this.#length === 0) return;
    const bytes = joined(this.#parts, this.#length);
    this.#take(new Batch(true, bytes, [0, bytes.length]));
  }
}
