import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { nextTurn } from "../base/next_turn.ts";

/** Sends a `Response`; never rejects. */
export async function answer(from: Response, to: ServerResponse): Promise<void> {
  try {
    to.statusCode = from.status;
    for (const [name, value] of from.headers) to.appendHeader(name, value);
    const { body } = from;
    if (!body) to.end();
    else if (to.req.method === "HEAD") {
      to.end();
      await body.cancel();
    } else {
      // Not by `Readable.fromWeb`: over TLS the answer would not end then (Deno 2.9).
      await Promise.all([pipeline(partsOf(body, to), to), flushHead(to)]);
    }
  } catch {
    // The client has left, or the body has broken off, or a header has a character that is none; either
    // way the connection is cut, and whoever made the body knows.
    to.destroy();
  }
}

/**
 * Reads a body, no further than its answer says that it goes, and until the client has left: whoever makes it
 * hears of that at once, also while nothing is to be sent.
 *
 * @throws {Error} If it ends too early: the next answer would be taken for the rest of it.
 */
async function* partsOf(
  body: ReadableStream<Uint8Array>,
  to: ServerResponse,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  // What fails when it cancels, whoever made the body knows.
  const cancel = () => reader.cancel().catch(() => {});
  to.once("close", cancel);
  try {
    const length = to.getHeader("content-length");
    let left = length === undefined ? Infinity : Number(length);
    while (left > 0) {
      const { value, done } = await reader.read();
      if (done) break;
      const part = value.subarray(0, left);
      left -= part.length;
      yield part;
    }
    if (left > 0 && left < Infinity) throw new Error(`The body ends ${left} bytes too early`);
  } finally {
    to.off("close", cancel);
    await cancel();
  }
}

/** Sends the head of an answer whose body has yet to come; what is there at once goes out together with it. */
async function flushHead(to: ServerResponse): Promise<void> {
  await nextTurn();
  if (!to.headersSent && !to.destroyed) to.flushHeaders();
}
