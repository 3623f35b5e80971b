import type { Socket } from "node:net";
import { Log } from "../base/log.ts";
import { withoutToken } from "../base/query_token.ts";
import type { ParseError } from "./parse_again.ts";
import type { Turns } from "./turns.ts";

const log = new Log();

const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * Answers what is no request, or none in time, behind the answers to the requests before it, and hangs up. What
 * comes after a last request gets no answer.
 *
 * @param remote The client, for the log.
 */
export async function answerBroken(
  error: ParseError,
  socket: Socket,
  turns: Turns,
  remote: string,
): Promise<void> {
  const { code = "", rawPacket } = error;
  const isFirst = turns.fresh && rawPacket?.length === socket.bytesRead;
  const status = STATUSES[code] ?? (code.startsWith("HPE_") ? "400 Bad Request" : undefined);
  // The connection is what broke.
  if (!status || !socket.writable) return void socket.destroy();
  // Nobody parses it any more.
  turns.hold();
  // The answer to a request that broke in its middle would wait for the rest of it.
  if ((turns.whole || turns.dropLatest()) && !await turns.next()) return;
  // A browser connects before it has anything to ask for: to close that is no refusal.
  if (socket.bytesRead > 0) {
    log.with({ remote, status: status.slice(0, 3) }).access("http", brokenSentence(error, isFirst));
  }
  if (!turns.begun) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  socket.destroySoon();
}

// Of a first line, so many characters are shown.
const SHOWN = 100;

/**
 * Says what could not be read. The parser seldom does (Deno 2.9), so that the first line stands there: what follows
 * it is not for a log.
 *
 * @param isFirst Whether the chunk that broke is the first on its connection, and a request begins in it.
 */
export function brokenSentence(
  { code, message, rawPacket: chunk }: ParseError,
  isFirst: boolean,
): string {
  const reason = message.replace(/^Parse Error(?:: |$)/, "");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "Cannot read a request: it does not come in time";
  // RFC 8446 §5.1
  if (isFirst && chunk?.[0] === 22 && chunk[1] === 3) {
    return "Cannot read a request: it speaks TLS, which is not spoken here";
  }
  const line = isFirst && chunk ? /^[A-Za-z]+ [^\r\n]*/.exec(textOf(chunk))?.[0] : undefined;
  const what = line === undefined
    ? "a request"
    : `the request "${withoutToken(line).slice(0, SHOWN)}"`;
  const why = reason === "" || reason === "Parse Error" ? "it is malformed" : reason;
  return `Cannot read ${what}: ${why}`;
}

function textOf(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk.subarray(0, 4 * SHOWN));
}
