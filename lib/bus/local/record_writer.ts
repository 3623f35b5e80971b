import { put } from "../../base/put.ts";
import type { Channel } from "../bus.ts";

// So much goes as one frame: a larger one would be no cheaper by the byte.
const CHUNK = 64 * 1024;

// A record that is larger is a frame of its own: to copy it once more costs more than a frame.
const ALONE = 8 * 1024;

const HEAD = 5;

/**
 * Writes records into a channel: those of one turn, or 64 KiB of them, as one frame; a large one as its own.
 *
 * Each is begun with its size, and then all of its fields MUST follow.
 */
export class RecordWriter {
  readonly #channel: Channel;
  readonly #chunk = new Uint8Array(CHUNK);
  #buffer = this.#chunk;
  #view = new DataView(this.#chunk.buffer);
  #at = 0;
  #isScheduled = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Bytes that wait here and in the channel. */
  get bufferedAmount(): number {
    return this.#at + this.#channel.bufferedAmount;
  }

  /**
   * Begins a record.
   *
   * @param kind One of `RECORD`.
   * @param size Bytes of all of its fields.
   */
  begin(kind: number, size: number): this {
    const needed = HEAD + size;
    if (needed > ALONE || this.#at + needed > this.#buffer.length) this.flush();
    if (needed > ALONE) this.#use(new Uint8Array(needed));
    this.#view.setUint32(this.#at, size + 1, true);
    this.#buffer[this.#at + 4] = kind;
    this.#at += HEAD;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(() => this.flush());
    }
    return this;
  }

  /** 2 bytes. */
  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  /** 4 bytes. */
  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  /** 8 bytes. */
  number(value: number): this {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  /** The 16 characters of the name of a server, or of the id of a log. */
  id(id: string): this {
    for (let at = 0; at < id.length; at++) this.#buffer[this.#at++] = id.charCodeAt(at);
    return this;
  }

  /** A name, with its length in 2 bytes. */
  name(name: Uint8Array): this {
    return this.u16(name.length).bytes(name);
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): this {
    this.#at = put(this.#buffer, this.#at, bytes);
    return this;
  }

  /** Hands over what was written. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#at === 0) return;
    const isOwn = this.#buffer !== this.#chunk;
    const frame = isOwn ? this.#buffer : this.#chunk.slice(0, this.#at);
    this.#at = 0;
    if (isOwn) this.#use(this.#chunk);
    this.#channel.send(frame);
  }

  #use(buffer: Uint8Array<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }
}
