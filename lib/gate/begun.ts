import { messageOf } from "../base/errors.ts";
import { oneLine } from "../base/one_line.ts";
import { isOwnBody, ownBody } from "../base/own_body.ts";
import { shown } from "../base/shown.ts";
import { within } from "../base/within.ts";

/**
 * An answer of which the body has begun, if it could at once: one that fails then still leaves room for another
 * answer.
 *
 * @param failed Is told, once, that the body fails later, when nothing is left but to cut it, or when it is cancelled
 * because its client has left.
 * @throws Whatever the body fails with.
 */
export async function begun(
  response: Response,
  failed: (error: unknown) => void,
): Promise<Response> {
  const { body, status, headers } = response;
  if (!body || isOwnBody(body)) return response;
  const reader = body.getReader();
  let first: Promise<Uint8Array | undefined> | undefined = next(reader);
  let isOver = false;
  const settled = first.then(() => isOver = true, () => isOver = true);
  let isWhole = false;
  let hasLeft = false;
  reader.closed.then(() => isWhole = true, () => {});
  // No longer: the head of an answer goes out before its body is there.
  await within(settled, 0);
  if (isOver) {
    const all = await first as Uint8Array<ArrayBuffer> | undefined;
    const size = all?.length ?? 0;
    // The engine `native` says the length of what it has at once; of another one that is announced, it breaks off.
    const isAnnounced = Number(headers.get("content-length") ?? size) === size;
    if (isWhole && isAnnounced) return new Response(all, { status, headers });
  }
  return new Response(
    ownBody(
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          try {
            const chunk = await (first ?? next(reader));
            first = undefined;
            // What was asked for last ends with that, and the client is not there to be told so.
            if (hasLeft) return;
            if (chunk) controller.enqueue(chunk);
            else controller.close();
          } catch (error) {
            failed(error);
            // As a text, because the runtime prints it.
            controller.error(oneLine(messageOf(error)));
          }
        },
        cancel(reason) {
          hasLeft = true;
          return reader.cancel(reason).catch(failed);
        },
      }, { highWaterMark: 0 }),
    ),
    { status, headers },
  );
}

/** The next chunk; undefined at the end. */
async function next(reader: ReadableStreamDefaultReader<unknown>): Promise<Uint8Array | undefined> {
  const { value, done } = await reader.read();
  if (done) return undefined;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A body has to be made of bytes, not of ${shown(value)}`);
}
