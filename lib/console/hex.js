const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Writes bytes as hex: `00 ff 1b`.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function hexOf(bytes) {
  return Array.from(bytes, (byte) => HEX_BYTES[byte]).join(" ");
}

/**
 * Writes what is printable in ASCII, and a dot for the rest.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function asciiOf(bytes) {
  return Array.from(bytes, (byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")
    .join("");
}

/**
 * Writes a part of a payload as the lines of a hex dump.
 *
 * @param {Uint8Array} bytes
 * @param {{ from: number, to: number, width: number }} part Where it starts and ends, and the bytes of
 *   a line.
 * @returns {{ offset: string, hex: string, ascii: string }[]}
 */
export function hexLines(bytes, { from, to, width }) {
  const lines = [];
  for (let start = from; start < Math.min(to, bytes.length); start += width) {
    const line = bytes.subarray(start, Math.min(start + width, to));
    const [left, right] = [line.subarray(0, width / 2), line.subarray(width / 2)];
    lines.push({
      offset: start.toString(16).padStart(8, "0"),
      hex: `${hexOf(left)}  ${hexOf(right)}`.padEnd(width * 3),
      ascii: asciiOf(line),
    });
  }
  return lines;
}
