/** One block of a PEM file, as it stands there. */
export interface PemBlock {
  /** The word behind BEGIN, such as `CERTIFICATE`. */
  readonly label: string;
  /** The text between its first line and its last; undefined where the last is missing. */
  readonly body: string | undefined;
}

// At the beginning of a line, space aside; two blocks may share a line where the first file had no line end.
const BEGIN = /(?:^|(?<=-----))[^\S\r\n]*-----BEGIN ([A-Z0-9 ]+)-----/gm;

/**
 * Finds the blocks of a PEM file (RFC 7468). Text around them, a byte order mark, UTF-16, any line ends and
 * space at the ends of lines do no harm, as with other programs that read such files.
 */
export function pemBlocks(bytes: Uint8Array): PemBlock[] {
  const text = textOf(bytes);
  return Array.from(text.matchAll(BEGIN), ({ 0: { length }, 1: label = "", index }) => {
    const start = index + length;
    const end = text.indexOf(`-----END ${label}-----`, start);
    return { label, body: end < 0 ? undefined : text.slice(start, end) };
  });
}

/**
 * The bytes of a block.
 *
 * @throws {Error} If it is not complete, or no base64.
 */
export function derOf({ label, body }: PemBlock): Uint8Array {
  if (body === undefined) throw new Error(`a block has no end: -----END ${label}----- is missing`);
  try {
    return Uint8Array.fromBase64(body.replace(/\s+/g, ""));
  } catch {
    throw new Error(`a block ${label} is not all base64`);
  }
}

/** Writes a block as every reader understands it. */
export function pemOf(label: string, der: Uint8Array): string {
  const lines = der.toBase64().replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The bytes of the first value, which may be followed by others (X.690 §8.1). */
export function firstValue(der: Uint8Array): Uint8Array {
  const [, first = 0] = der;
  if (first < 0x80) return der.subarray(0, 2 + first);
  const bytes = first & 0x7f;
  const length = der.subarray(2, 2 + bytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return der.subarray(0, 2 + bytes + length);
}

/** Text of any encoding that an editor or a shell may give a file; what is around blocks may be anything. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
