import type { Socket } from "node:net";
import { Log } from "../base/log.ts";
import type { Turns } from "./turns.ts";

const log = new Log();

const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * Answers what is no request, or none in time, behind the answers to the requests before it, and hangs up. What
 * comes after a last request gets no answer.
 */
export async function answerBroken(
  error: Error & { readonly code?: string },
  socket: Socket,
  turns: Turns,
): Promise<void> {
  const { code = "", message } = error;
  const status = STATUSES[code] ?? (code.startsWith("HPE_") ? "400 Bad Request" : undefined);
  // The connection is what broke.
  if (!status || !socket.writable) return void socket.destroy();
  // Nobody parses it any more.
  turns.hold();
  // The answer to a request that broke in its middle would wait for the rest of it.
  if ((turns.whole || turns.dropLatest()) && !await turns.next()) return;
  if (code !== "ERR_HTTP_REQUEST_TIMEOUT") {
    const remote = socket.remoteAddress ?? "";
    log.with({ remote }).access("http", `Cannot read a request: ${message}`);
  }
  if (!turns.begun) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  socket.destroySoon();
}
