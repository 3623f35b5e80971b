import type { Message } from "../base/batch.ts";
import type { Parts } from "../contract.ts";

/**
 * Reads the parts of a message, whatever they come from; nobody else can from now on.
 *
 * @throws {TypeError} If somebody does already, or they are none.
 */
export function readParts(parts: Parts): ReadableStreamDefaultReader<Message> {
  const stream = parts instanceof ReadableStream ? parts : ReadableStream.from(parts);
  return stream.getReader();
}
