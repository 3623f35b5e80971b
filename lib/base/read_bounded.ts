import { within } from "./within.ts";

// Milliseconds for a file to be read; one may be a pipe, on which nobody writes.
const PATIENCE = 10_000;

/**
 * Reads a file, of which nobody may say how long it is, and whether it ever ends.
 *
 * @param most Bytes that it may have.
 * @throws {Error} If it cannot be read, has more than that, or does not come to its end.
 */
export async function readBounded(path: string, most: number): Promise<Uint8Array> {
  const reading = readBytes(path, most);
  const settled = reading.then(() => {}, () => {});
  if (!await within(settled, PATIENCE)) {
    throw new Error(`it does not come to its end within ${PATIENCE / 1000} s`);
  }
  const bytes = await reading;
  if (bytes.length > most) throw new Error(`it is larger than ${most / 2 ** 20} MiB`);
  return bytes;
}

/** The bytes of a file, or the first of them where there are too many. */
async function readBytes(path: string, most: number): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(most + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}
