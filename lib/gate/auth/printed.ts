import type { Decoder } from "../../contract.ts";

// Bytes: some variables, or a page for people.
const MOST = 64 * 1024;

/** The output of a program as one text. */
export class Printed implements Decoder {
  readonly #decoder = new TextDecoder();
  #text = "";
  #length = 0;

  /** All that came so far. */
  get text(): string {
    return this.#text;
  }

  /** @throws {Error} If that is too much. */
  push(chunk: Uint8Array): number {
    this.#length += chunk.length;
    if (this.#length > MOST) throw new Error(`it is longer than ${MOST / 1024} KiB`);
    this.#text += this.#decoder.decode(chunk, { stream: true });
    return 0;
  }

  end(): void {
    this.#text += this.#decoder.decode();
  }
}
