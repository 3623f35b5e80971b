import type { IncomingMessage, ServerResponse } from "node:http";
import { REQUEST_TIMEOUT } from "../base/limits.ts";
import { hasBody } from "./node_request.ts";

const LOOK_MS = 1_000;

// As Apache's MinRate: 500 bytes give a second more.
const MS_PER_BYTE = 2;

/**
 * Cuts off a client that is slow to send its request's body: it may be silent for 10 s, and has to send
 * 500 bytes for each second. A time when nobody reads the body is none of its faults. Once the answer is out, it has
 * 10 s for the rest, however fast that comes.
 *
 * @returns Lets it take its time, as long as its answer is not out.
 */
export function limitBody(message: IncomingMessage, response: ServerResponse): () => void {
  if (!hasBody(message)) return () => {};
  const { socket } = message;
  let left = REQUEST_TIMEOUT;
  let before = socket.bytesRead;
  let takesTime = false;
  const timer = setInterval(() => {
    const received = socket.bytesRead - before;
    before = socket.bytesRead;
    if (message.complete || socket.destroyed) return clearInterval(timer);
    if (takesTime && !response.writableFinished) return;
    // What comes after the answer is for nobody.
    const wanted = response.writableFinished ||
      message.readableLength < message.readableHighWaterMark;
    if (wanted) left -= LOOK_MS;
    if (!response.writableFinished) left = Math.min(REQUEST_TIMEOUT, left + received * MS_PER_BYTE);
    if (left > 0) return;
    clearInterval(timer);
    socket.destroy();
  }, LOOK_MS);
  message.once("close", () => clearInterval(timer));
  return () => takesTime = true;
}
