import { NO_FIELD_VALUE, TOKEN } from "../../base/header_forms.ts";

/** The head that a script gives its answer. */
export interface CgiHead {
  readonly status: number;
  readonly headers: Headers;
  /** Bytes of the body; undefined where the script does not say. */
  readonly length: number | undefined;
}

/** A header block that is none. */
export class CgiHeadError extends Error {
  override readonly name = "CgiHeadError";
}

// How the answer is framed and what becomes of the connection is the server's (RFC 3875 §6.3.4).
const DROPPED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

// Of these an answer has one: of several the last counts.
const SINGLE = new Set(["content-length", "content-type", "location"]);

/**
 * Reads the header block of a CGI script (RFC 3875 §6). A `Location` without a status is a redirect with
 * 302, also where it is a path: the client gets it, as websocketd does.
 *
 * @param block The lines, ending with `\n` or `\r\n`, a character for each byte.
 * @throws {CgiHeadError} If it is none, or has neither Status nor Location nor Content-Type.
 */
export function parseHead(block: string): CgiHead {
  const headers = new Headers();
  let status: number | undefined;
  let lines = 0;
  for (const ended of block.split("\n")) {
    const line = ended.replace(/\r$/, "");
    if (line === "") continue;
    lines++;
    const { name, value } = splitLine(line);
    if (name === "status") status = parseStatus(value);
    else if (SINGLE.has(name)) headers.set(name, value);
    else if (!DROPPED.has(name)) headers.append(name, value);
  }
  if (lines === 0) throw new CgiHeadError("There are no headers");
  if (headers.has("location")) status ??= 302;
  if (status === undefined && !headers.has("content-type")) {
    throw new CgiHeadError("There is neither Content-Type nor Status nor Location");
  }
  status ??= 200;
  return { status, headers, length: takeLength(status, headers) };
}

function splitLine(line: string): { name: string; value: string } {
  const colon = line.indexOf(":");
  if (colon < 0) throw new CgiHeadError(`A header line has no colon: ${quote(line)}`);
  const name = line.slice(0, colon);
  if (!TOKEN.test(name)) throw new CgiHeadError(`A header has no valid name: ${quote(line)}`);
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (NO_FIELD_VALUE.test(value)) {
    throw new CgiHeadError(`A header has a control character in it: ${quote(line)}`);
  }
  return { name: name.toLowerCase(), value };
}

function parseStatus(value: string): number {
  const status = Number(/^\d{3}(?= |\t|$)/.exec(value)?.[0]);
  if (status >= 200 && status <= 599) return status;
  throw new CgiHeadError(`The status is not a number from 200 to 599: ${quote(value)}`);
}

/** The number in a `Content-Length`; one that says nothing, or must not be there, is taken away. */
function takeLength(status: number, headers: Headers): number | undefined {
  const value = headers.get("content-length") ?? "";
  const length = Number(value);
  // RFC 9110 §8.6
  if (/^\d+$/.test(value) && Number.isSafeInteger(length) && status !== 204 && status !== 205) {
    return length;
  }
  headers.delete("content-length");
  return undefined;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
