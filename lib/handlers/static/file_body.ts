import { messageOf } from "../../base/errors.ts";
import { ownBody } from "../../base/own_body.ts";
import type { Body } from "./multipart.ts";

// What a client that does not read holds of a file. More makes a fast one hardly faster.
const CHUNK = 65_536;

/**
 * Streams parts of a file, at the pace of whoever reads it; closes the file at the end, and when the
 * reader leaves.
 *
 * @param failed Is told, once, that the file cannot be read on, or ends too early.
 */
export function fileBody(
  file: Deno.FsFile,
  { pieces }: Pick<Body, "pieces">,
  failed: (reason: string) => void,
): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  let position = -1;
  let closed = false;

  function close(): void {
    if (!closed) file.close();
    closed = true;
  }
  async function next(): Promise<Uint8Array | undefined> {
    const piece = rest.shift();
    if (!piece || piece instanceof Uint8Array) return piece;
    const { start, length } = piece;
    if (position !== start) await file.seek(start, Deno.SeekMode.Start);
    const chunk = new Uint8Array(Math.min(CHUNK, length));
    const count = await file.read(chunk);
    if (!count) throw new Error(`it ends at byte ${start}`);
    position = start + count;
    if (count < length) rest.unshift({ start: position, length: length - count });
    return chunk.subarray(0, count);
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = await next();
        if (closed) return;
        if (chunk) controller.enqueue(chunk);
        if (rest.length > 0) return;
        // Not with the next call: who has all that was promised need not ask again.
        close();
        controller.close();
      } catch (error) {
        if (closed) return;
        close();
        const reason = messageOf(error);
        failed(reason);
        // Not an end: the client must not take it for all. As a text, because the runtime prints it.
        controller.error(reason);
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
  return ownBody(body);
}
