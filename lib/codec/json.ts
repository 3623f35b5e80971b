import type { Batch } from "../base/batch.ts";
import { CodecError } from "../base/errors.ts";
import type { Codec, Decoder } from "../contract.ts";
import { Rest } from "./rest.ts";
import { checkedBatch } from "./texts.ts";

const [NEWLINE, RETURN, SPACE, TAB] = [10, 13, 32, 9];
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [BRACKET, BRACE, BRACKET_END, BRACE_END] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Each text message is one JSON value (RFC 8259). A program gets each on one line, and may write its own
 * over several lines, or several on one.
 */
export const json: Codec = {
  doc: "each JSON value",
  takes: "text",
  decoder: (stream, take) => stream === "stdout" ? new JsonDecoder(take) : undefined,
  encode(batch) {
    const texts = batch.messages as readonly string[];
    if (!texts.every(isJson)) throw new CodecError(1007, "A message has to be one JSON value");
    // A string has none in it, so that there they are but space.
    return texts.map((text) => `${text.replace(/[\r\n]/g, " ")}\n`).join("");
  },
};

/** Cuts where values end, and leaves to `JSON.parse` whether they are any. */
class JsonDecoder implements Decoder {
  readonly #take: (batch: Batch) => void;
  readonly #scanner = new Scanner();
  /** A value that is not complete. */
  readonly #rest = new Rest("A JSON value");

  constructor(take: (batch: Batch) => void) {
    this.#take = take;
  }

  push(chunk: Uint8Array): number {
    const rest = this.#rest;
    const spans: number[] = [];
    let completed = 0;
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#scanner.isOutside) start = at;
      const place = this.#scanner.step(chunk[at] as number);
      if (place !== "last" && place !== "behind") continue;
      const end = place === "last" ? at + 1 : at;
      // What is behind a value may be the first of the next.
      if (place === "behind") at--;
      if (rest.length === 0) spans.push(start, end);
      else {
        rest.add(chunk.subarray(0, end));
        this.#emit(rest.take());
        completed = 1;
      }
    }
    if (spans.length > 0) this.#emit(chunk, spans);
    if (!this.#scanner.isOutside) rest.add(chunk.subarray(rest.length > 0 ? 0 : start));
    return completed + spans.length / 2;
  }

  end(): void {
    if (this.#rest.length === 0) return;
    if (this.#scanner.isScalar) return this.#emit(this.#rest.take());
    throw new CodecError(1011, "The output ended in the middle of a JSON value");
  }

  #emit(bytes: Uint8Array, spans: readonly number[] = [0, bytes.length]): void {
    const batch = checkedBatch(bytes, spans);
    let valid = 0;
    while (valid < batch.size && isJson(batch.at(valid) as string)) valid++;
    // Also those before one that is none.
    if (valid > 0) this.#take(batch.slice(0, valid));
    if (valid < batch.size) throw new CodecError(1011, "The output is no JSON");
  }
}

/** Where a byte is: between values, in one, the last of one, or behind one that has no end of its own. */
type Place = "outside" | "inside" | "last" | "behind";

/** Finds where values end. */
class Scanner {
  #depth = 0;
  #string = false;
  #escaped = false;
  #scalar = false;

  /** Whether no value has begun. */
  get isOutside(): boolean {
    return this.#depth === 0 && !this.#string && !this.#scalar;
  }

  /** Whether one has begun that only what follows can end: a number, `true`, `false` or `null`. */
  get isScalar(): boolean {
    return this.#scalar;
  }

  step(byte: number): Place {
    if (this.#string) return this.#stepInString(byte);
    if (this.#scalar) {
      if (byte !== QUOTE && byte !== BRACKET && byte !== BRACE && !isSpace(byte)) return "inside";
      this.#scalar = false;
      return "behind";
    }
    if (byte === QUOTE) this.#string = true;
    else if (byte === BRACKET || byte === BRACE) this.#depth++;
    else if (this.#depth === 0) {
      if (isSpace(byte)) return "outside";
      this.#scalar = true;
    } else if (byte === BRACKET_END || byte === BRACE_END) {
      if (--this.#depth === 0) return "last";
    }
    return "inside";
  }

  #stepInString(byte: number): Place {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#string = false;
      if (this.#depth === 0) return "last";
    }
    return "inside";
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
