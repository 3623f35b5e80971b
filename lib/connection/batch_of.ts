import { Batch } from "../base/batch.ts";

/**
 * Makes a batch of a message, or leaves it the batch that it is. A handler of somebody's own may not have been checked for its types.
 *
 * @throws {TypeError} If it cannot be sent.
 */
export function batchOf(data: unknown): Batch {
  if (data instanceof Batch) return data;
  if (typeof data === "string") return Batch.of(data);
  if (data instanceof Uint8Array) return Batch.of(sendable(data));
  const what = typeof data === "object" && data !== null
    ? `an object (${data.constructor?.name ?? "without a class"})`
    : String(data);
  throw new TypeError(`A message has to be a string or a Uint8Array, not ${what}`);
}

/** Bytes that an engine can send. */
function sendable(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  // The runtime sends nothing of memory that others may write to meanwhile.
  if (!(buffer instanceof ArrayBuffer)) return bytes.slice();
  if (!buffer.detached) return bytes;
  throw new TypeError("The bytes of a message were given away before it was sent");
}
