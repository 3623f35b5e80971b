/** One array of many; texts in UTF-8. */
export function joined(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const arrays = parts.map(bytesOf);
  const whole = new Uint8Array(arrays.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of arrays) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Writes all of it; text in UTF-8. */
export async function writeAll(
  conn: Pick<Deno.Conn, "write">,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = bytesOf(data);
  for (let written = 0; written < bytes.length;) {
    written += await conn.write(bytes.subarray(written));
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
