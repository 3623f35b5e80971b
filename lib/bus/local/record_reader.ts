import { BusError } from "../../base/errors.ts";
import { IdCache } from "./id_cache.ts";
import { ID_LENGTH, isId, MAX_NAME } from "./record.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the records of a frame, one field after the other.
 *
 * Everything throws a {@linkcode BusError} where it is not there, or is nothing that can be there.
 */
export class RecordReader {
  readonly #frame: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Where the record ends. */
  #end = 0;

  constructor(frame: Uint8Array) {
    this.#frame = frame;
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  }

  /** Begins with the next record, when all of the one before was read: its kind; undefined where there is none. */
  next(): number | undefined {
    if (this.#at !== this.#end) throw broken("it is longer than its fields");
    if (this.#at === this.#frame.length) return undefined;
    this.#end = this.#frame.length;
    const length = this.u32();
    if (length === 0 || length > this.#frame.length - this.#at) {
      throw broken(`it has ${length} bytes where ${this.#frame.length - this.#at} are left`);
    }
    this.#end = this.#at + length;
    return this.#frame[this.#at++];
  }

  /** 2 bytes. */
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** 4 bytes. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** 8 bytes: a whole number, not below `least`, nor above `most`. */
  number(least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#view.getFloat64(this.#take(8), true);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw broken(`${value} is no number that can be there`);
  }

  /** The name of a server, or the id of a log. */
  id(): string {
    return ids.read(this.#view, this.#take(ID_LENGTH), idOf);
  }

  /** The name of a topic or claim. */
  name(): string {
    const length = this.u16();
    if (length > MAX_NAME) throw broken(`a name has ${length} bytes`);
    const start = this.#take(length);
    try {
      return decoder.decode(this.#frame.subarray(start, start + length));
    } catch {
      throw broken("a name is no UTF-8");
    }
  }

  /** All that is left of the record; a part of the frame. */
  rest(): Uint8Array {
    const start = this.#at;
    this.#at = this.#end;
    return this.#frame.subarray(start, this.#end);
  }

  #take(size: number): number {
    const start = this.#at;
    if (size > this.#end - start) throw broken("it ends within a field");
    this.#at += size;
    return start;
  }
}

const ids = new IdCache();

function idOf(bytes: Uint8Array): string {
  const id = String.fromCharCode(...bytes);
  if (isId(id)) return id;
  throw broken(`${JSON.stringify(id)} is no name of a server, nor an id of a log`);
}

function broken(why: string): BusError {
  return new BusError(`Cannot read a record of the local bus: ${why}`);
}
