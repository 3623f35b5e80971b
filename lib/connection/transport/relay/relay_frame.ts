import { put } from "../../../base/put.ts";

/** Something of another server that is no frame of a relay, or cannot be true. */
export class RelayError extends Error {
  override readonly name = "RelayError";
}

/** The first byte of each: what servers send each other may be something else as well. */
const RELAY = 0x52;

/** The kinds of frames, by their second byte. A leg is a transport that is relayed, numbered by who opened it. */
export const KIND = {
  // From the server where the client is.
  open: 1,
  opened: 2,
  input: 3,
  grant: 4,
  closing: 5,
  closed: 6,
  failed: 7,
  tooLarge: 8,
  lost: 9,
  end: 10,
  credit: 11,
  pong: 12,
  drop: 13,
  readmitted: 14,
  ended: 15,
  inputPiece: 16,
  away: 17,
  dropped: 18,
  // From the server that serves it.
  accepted: 33,
  refused: 34,
  send: 35,
  take: 36,
  close: 37,
  over: 38,
  gone: 39,
  ping: 40,
  greet: 41,
  part: 42,
  agree: 43,
  answersEnd: 44,
  piece: 45,
  gathered: 46,
  // From either: nothing from before this counts any more.
  reset: 64,
} as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A frame of numbers from 0 on, texts, and bytes; whoever reads it knows in which order they are. */
export function relayFrame(
  kind: number,
  ...fields: readonly (number | string | Uint8Array)[]
): Uint8Array {
  const parts = fields.map((field) => typeof field === "string" ? encoder.encode(field) : field);
  let length = 2;
  for (const part of parts) length += typeof part === "number" ? 8 : part.length + 8;
  const frame = new Uint8Array(length);
  frame[0] = RELAY;
  frame[1] = kind;
  let to = 2;
  for (const [index, part] of parts.entries()) {
    if (typeof part === "number") to = putNumber(frame, to, part);
    else {
      // Bytes are always the last, and need no length.
      if (typeof fields[index] === "string") to = putNumber(frame, to, part.length);
      to = put(frame, to, part);
    }
  }
  return frame.subarray(0, to);
}

/** Writes a number in as few bytes as it needs, seven bits in each (LEB128); answers where it ends. */
export function putNumber(into: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    into[at++] = (value % 0x80) | 0x80;
    value = Math.floor(value / 0x80);
  }
  into[at++] = value;
  return at;
}

/** Reads the fields of a frame one after the other. */
export class RelayReader {
  readonly #bytes: Uint8Array;
  #at = 2;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether it is a frame of a relay at all. */
  get isRelay(): boolean {
    return this.#bytes[0] === RELAY && this.#bytes.length > 1;
  }

  get kind(): number {
    return this.#bytes[1] as number;
  }

  /** Whether there is another field. */
  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** @throws {RelayError} If there is none, or it is no safe integer. */
  number(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RelayError("A number is missing");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new RelayError("A number is too large");
  }

  /** @throws {RelayError} If there is none, or it is longer than that, or no UTF-8. */
  text(most: number): string {
    const length = this.number();
    if (length > most) throw new RelayError(`A text has ${length} bytes, and may have ${most}`);
    return utf8(this.bytes(length));
  }

  /** @throws {RelayError} If there are not so many. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RelayError("Bytes are missing");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** @throws {RelayError} If anything is left. */
  end(): void {
    if (this.hasMore) throw new RelayError("There is more than was expected");
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RelayError("A text is no UTF-8");
  }
}
