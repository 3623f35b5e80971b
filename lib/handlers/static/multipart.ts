import type { ByteRange } from "./byte_ranges.ts";

/** A body: bytes that are at hand, and bytes of a file. */
export interface Body {
  /** The body's media type. */
  readonly type: string;
  /** In bytes. */
  readonly length: number;
  readonly pieces: readonly (Uint8Array<ArrayBuffer> | ByteRange)[];
}

/**
 * The body of an answer with several ranges (RFC 9110 §14.6).
 *
 * @param type The media type of the file.
 * @param size The size of the file, in bytes.
 */
export function multipart(
  ranges: readonly ByteRange[],
  type: string,
  size: number,
  boundary: string = crypto.randomUUID(),
): Body {
  const encoder = new TextEncoder();
  const pieces = ranges.flatMap((range, index) => [
    encoder.encode(
      `${index > 0 ? "\r\n" : ""}--${boundary}\r\nContent-Type: ${type}\r\n` +
        `Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
    range,
  ]);
  return {
    type: `multipart/byteranges; boundary=${boundary}`,
    length: [...pieces, encoder.encode(`\r\n--${boundary}--\r\n`)]
      .reduce((sum, { length }) => sum + length, 0),
    pieces: [...pieces, encoder.encode(`\r\n--${boundary}--\r\n`)],
  };
}

/** The value of Content-Range. */
export function contentRange({ start, length }: ByteRange, size: number): string {
  return `bytes ${start}-${start + length - 1}/${size}`;
}
