const ESC = 0x1b;
const BEL = 0x07;
// They break off any sequence: CAN and SUB.
const BREAKS = [0x18, 0x1a];

// Bytes of a sequence that wait for its rest; a longer one, as an image, is cut.
const MOST = 4096;

/**
 * Cuts a stream for a terminal between characters and control sequences (ECMA-48 §5.4, §5.6): what is left of one
 * waits for its rest, so that whoever comes in between sees none of it as text.
 */
export class Whole {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** The bytes up to the last whole character or sequence, in memory of their own. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const end = bytes.length - openAt(bytes);
    this.#rest = bytes.slice(end);
    return bytes.subarray(0, end);
  }

  /** The rest, which nothing follows. */
  end(): Uint8Array<ArrayBuffer> {
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    return rest;
  }
}

/** How many bytes at the end are the beginning of something. */
function openAt(bytes: Uint8Array): number {
  for (let at = 0;;) {
    const start = bytes.indexOf(ESC, at);
    if (start < 0) return openCharacterAt(bytes);
    const end = endOf(bytes, start);
    if (end === undefined) return bytes.length - start > MOST ? 0 : bytes.length - start;
    at = end;
  }
}

/** Where the sequence ends that begins at an ESC; undefined where that is still to come. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  switch (String.fromCharCode(bytes[start + 1] ?? 0)) {
    case "[":
      return finalOf(bytes, start + 2, 0x40);
    case "]":
    case "P":
    case "X":
    case "^":
    case "_":
      return endOfString(bytes, start + 2);
    default:
      return finalOf(bytes, start + 1, 0x30);
  }
}

/** Behind the final byte of a sequence, or at what breaks it off. */
function finalOf(bytes: Uint8Array, from: number, least: number): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === ESC) return at;
    if (byte >= least || BREAKS.includes(byte)) return at + 1;
  }
  return undefined;
}

/** Behind what ends a string: BEL, ST (`ESC \`), or at another sequence. */
function endOfString(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === BEL || BREAKS.includes(byte)) return at + 1;
    if (byte !== ESC) continue;
    if (at + 1 === bytes.length) return undefined;
    return bytes[at + 1] === 0x5c ? at + 2 : at;
  }
  return undefined;
}

/** How many bytes at the end are the beginning of a character, at most 3. */
function openCharacterAt(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
