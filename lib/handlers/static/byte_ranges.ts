/** Some bytes of a file. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/**
 * Ranges that a request may ask for; more are no reader's wish. With {@linkcode parseRanges} refusing
 * ranges that overlap, no request gets much more than the file.
 */
export const MAX_RANGES = 16;

/**
 * Reads a Range header (RFC 9110 §14.2), which only ever asks: what is no plain wish is not heard.
 *
 * Several packages do this; those looked at answer 416 to the last 500 bytes of a shorter file.
 *
 * @param size Of the file, in bytes.
 * @returns The ranges in the order in which they were asked for, none where the file has none of them;
 * undefined where all of the file is to be sent: another unit, no syntax, too many, more than the file.
 */
export function parseRanges(header: string, size: number): ByteRange[] | undefined {
  const list = /^bytes=(.*)$/i.exec(header)?.[1];
  // There is no way to say which bytes an empty answer has.
  if (list === undefined || size === 0) return undefined;
  // RFC 9110 §5.6.1: an element may be empty.
  const specs = list.split(",").map((spec) => spec.trim()).filter(Boolean);
  if (specs.length === 0 || specs.length > MAX_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
    if (first === undefined || last === undefined || first + last === "") return undefined;
    const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
    const end = first === "" || last === "" ? size : Number(last) + 1;
    if (first !== "" && end <= start && last !== "") return undefined;
    if (start < size) ranges.push({ start, length: Math.min(end, size) - start });
  }
  const total = ranges.reduce((sum, { length }) => sum + length, 0);
  return total > size ? undefined : ranges;
}
