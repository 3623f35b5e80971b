import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { nextTurn } from "../base/next_turn.ts";

/** Sends a `Response`; never rejects. */
export async function answer(from: Response, to: ServerResponse): Promise<void> {
  try {
    to.statusCode = from.status;
    for (const [name, value] of from.headers) to.appendHeader(name, value);
    // Not by `Readable.fromWeb`: over TLS the answer would not end then (Deno 2.9).
    if (from.body) await Promise.all([pipeline(from.body as never, to), flushHead(to)]);
    else to.end();
  } catch {
    // The client has left, or the body has broken off, or a header has a character that is none; either
    // way the connection is cut, and whoever made the body knows.
    to.destroy();
  }
}

/** Sends the head of an answer whose body has yet to come; what is there at once goes out together with it. */
async function flushHead(to: ServerResponse): Promise<void> {
  await nextTurn();
  if (!to.headersSent && !to.destroyed) to.flushHeaders();
}
