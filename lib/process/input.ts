import { within } from "../base/within.ts";

const encoder = new TextEncoder();

// What a pipe holds on Linux: a larger write would not tell how much of it the process has read.
const WRITE_SIZE = 64 * 1024;

const EMPTY = new Uint8Array();

/** How {@linkcode Input} is bounded. */
export interface InputOptions {
  /** Bytes that may wait for the process. */
  readonly maxQueue: number;
}

/**
 * The input of a process. What comes while a write is under way goes out joined, as one write; what
 * the process does not read waits here, up to `maxQueue` bytes.
 */
export class Input {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #maxQueue: number;
  /** What waits: the bytes from `#start` to `#end`, then `#text`. */
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #text = "";
  /** Bytes of the write that is under way. */
  #underWay = 0;
  #writes = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;
  #broken = false;

  constructor(stdin: WritableStream<Uint8Array>, options: InputOptions) {
    this.#writer = stdin.getWriter();
    // An error reaches whoever writes or closes; this promise has nobody else.
    this.#writer.closed.catch(() => {});
    this.#maxQueue = options.maxQueue;
  }

  /** Bytes that the process can no longer get, because it closed its input or ended. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that wait. */
  get queued(): number {
    this.#encode();
    return this.#underWay + this.#end - this.#start;
  }

  /**
   * Takes data for the process.
   *
   * @returns false, and takes nothing, where it does not fit.
   */
  write(data: string | Uint8Array): boolean {
    if (data.length === 0) return true;
    if (this.#broken) {
      this.#lost += bytesOf(data).length;
      return true;
    }
    if (typeof data === "string" && this.#mostQueued() + 3 * data.length <= this.#maxQueue) {
      this.#text += data;
      if (this.#text.length >= WRITE_SIZE) this.#encode();
    } else {
      // Close to the limit the exact size counts.
      const bytes = bytesOf(data);
      if (this.queued + bytes.length > this.#maxQueue) return false;
      this.#append(bytes);
    }
    this.#writing ??= this.#drain();
    return true;
  }

  /**
   * Closes the input after what waits was taken, or after the process has taken nothing for a while.
   *
   * @param patience Milliseconds.
   */
  async end(patience: number): Promise<void> {
    while (this.#writing && !this.#broken) {
      const before = this.#writes;
      if (!(await within(this.#writing, patience)) && this.#writes === before) break;
    }
    this.abandon();
  }

  /** Closes the input at once; what still waits is lost. */
  abandon(): void {
    if (this.#broken) return;
    this.#lost += this.queued;
    this.#bytes = EMPTY;
    this.#start = this.#end = this.#underWay = 0;
    this.#broken = true;
    // `abort` and not `close`, which would wait for a write that the process never takes. It fails only
    // on a pipe that is broken already, and what that costs has been counted.
    this.#writer.abort().catch(() => {});
  }

  async #drain(): Promise<void> {
    try {
      for (let chunk; !this.#broken && (chunk = this.#next());) {
        this.#underWay = chunk.length;
        await this.#writer.write(chunk);
        this.#underWay = 0;
        this.#writes++;
      }
    } catch {
      // The process closed its input or ended (EPIPE): what it does not get is counted as lost.
      this.abandon();
    }
    this.#writing = undefined;
  }

  #next(): Uint8Array | undefined {
    if (this.#start === this.#end) {
      this.#bytes = EMPTY;
      this.#start = this.#end = 0;
      if (this.#text === "") return undefined;
      if (this.#text.length <= WRITE_SIZE / 3) {
        const text = this.#text;
        this.#text = "";
        return encoder.encode(text);
      }
    }
    this.#encode();
    const from = this.#start;
    this.#start = Math.min(this.#end, from + WRITE_SIZE);
    return this.#bytes.subarray(from, this.#start);
  }

  /** An upper bound of what waits that needs no encoding. */
  #mostQueued(): number {
    return this.#underWay + this.#end - this.#start + 3 * this.#text.length;
  }

  #encode(): void {
    if (this.#text === "") return;
    this.#append(encoder.encode(this.#text));
    this.#text = "";
  }

  #append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) {
      // A new one also where there is room at the front: a write of that part may be under way.
      const length = this.#end - this.#start;
      const larger = new Uint8Array(Math.max(WRITE_SIZE, 2 * (length + bytes.length)));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = larger;
      this.#start = 0;
      this.#end = length;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : data;
}
