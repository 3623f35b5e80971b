import { joined } from "../../base/joined.ts";

const NEWLINE = Uint8Array.of(10);

// Beyond that who fills the printer has to wait, in bytes.
const HIGH_WATER_MARK = 1024 * 1024;

/**
 * Writes what comes to a stream that may be slow. What comes while a write is under way goes out joined,
 * as one write.
 */
export class Printer {
  /** Rejects when nothing more can be written; then everything is dropped. */
  readonly failed: Promise<never>;
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  readonly #fail: (error: unknown) => void;
  #parts: Uint8Array[] = [];
  #length = 0;
  #writing: Promise<void> | undefined;
  #broken = false;

  /** @param write Writes some of the bytes, and answers how many. */
  constructor(write: (bytes: Uint8Array) => Promise<number>) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    // Whoever waits for it is told; without anybody it would end the program.
    this.failed.catch(() => {});
    this.#fail = reject;
    this.#write = write;
  }

  /** Whether so much waits that nothing more should come. */
  get isBehind(): boolean {
    return this.#length > HIGH_WATER_MARK;
  }

  /** Takes bytes, which must not change afterwards, and ends them with a newline where they are a line. */
  print(bytes: Uint8Array, isLine: boolean): void {
    if (this.#broken) return;
    this.#parts.push(bytes);
    if (isLine) this.#parts.push(NEWLINE);
    this.#length += bytes.length + (isLine ? 1 : 0);
    this.#writing ??= this.#drain();
  }

  /** Resolves when everything was written, or can no longer be. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // What comes at once goes out at once.
    await undefined;
    try {
      while (this.#parts.length > 0) {
        const bytes = this.#take();
        for (let written = 0; written < bytes.length;) {
          written += await this.#write(bytes.subarray(written));
        }
        this.#length -= bytes.length;
      }
    } catch (error) {
      this.#broken = true;
      this.#parts = [];
      this.#length = 0;
      this.#fail(error);
    }
    this.#writing = undefined;
  }

  #take(): Uint8Array {
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 1) return parts[0] as Uint8Array;
    return joined(parts, this.#length);
  }
}
