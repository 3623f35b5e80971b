import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { CLOSE_TIMEOUT } from "../base/limits.ts";
import { nextTurn } from "../base/next_turn.ts";
import { sentListener } from "../base/sent.ts";

// Bytes that are written at once.
const PIECE = 64 * 1024;

// How often to look whether what was sent has left, in ms.
const POLL = 5;

/** Sends a `Response`; never rejects. */
export async function answer(from: Response, to: ServerResponse): Promise<void> {
  const sent = { bytes: 0, whole: true };
  try {
    to.statusCode = from.status;
    for (const [name, value] of from.headers) to.appendHeader(name, value);
    // node:http takes any other Connection for the wish to keep it.
    const connection = from.headers.get("connection");
    if (connection !== null && connection !== "close" && !to.shouldKeepAlive) {
      to.setHeader("connection", `${connection}, close`);
    }
    const { body } = from;
    if (!body) to.end();
    else if (to.req.method === "HEAD") {
      to.end();
      await body.cancel();
    } else {
      // Not by `Readable.fromWeb`: over TLS the answer would not end then (Deno 2.9).
      await Promise.all([pipeline(partsOf(body, to, sent), to), flushHead(to)]);
    }
  } catch {
    // The client has left, or the body has broken off, or a header has a character that is none; either
    // way the connection is cut. That a body fails, the log says where it is begun.
    to.destroy();
    sent.whole = false;
  }
  sentListener(from)?.(sent);
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
  sent: { bytes: number },
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  // That a body fails to be cancelled, the log says where it is begun.
  const cancel = () => reader.cancel().catch(() => {});
  to.once("close", cancel);
  try {
    const length = to.getHeader("content-length");
    let left = length === undefined ? Infinity : Number(length);
    while (left > 0) {
      const { value, done } = await reader.read().catch(async (error) => {
        await written(to);
        throw error;
      });
      if (done) break;
      const part = value.subarray(0, left);
      left -= part.length;
      // In pieces: that its client takes some of it is seen by what has left.
      for (let at = 0; at < part.length; at += PIECE) {
        const piece = part.subarray(at, at + PIECE);
        sent.bytes += piece.length;
        yield piece;
      }
    }
    if (left > 0 && left < Infinity) throw new Error(`The body ends ${left} bytes too early`);
  } finally {
    to.off("close", cancel);
    await cancel();
  }
}

/** Resolves when all that was sent of an answer has left: where it breaks off now, its client still gets that. */
async function written(to: ServerResponse): Promise<void> {
  // What is there at once goes out together with the head.
  await nextTurn();
  const { socket } = to;
  const until = performance.now() + CLOSE_TIMEOUT;
  // Looked for: over TLS nothing tells it.
  while (socket && !socket.destroyed && socket.writableLength > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/** Sends the head of an answer whose body has yet to come; what is there at once goes out together with it. */
async function flushHead(to: ServerResponse): Promise<void> {
  await nextTurn();
  if (!to.headersSent && !to.destroyed) to.flushHeaders();
}
