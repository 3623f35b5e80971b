import { HandshakeError } from "../../base/errors.ts";

/**
 * Bytes of body that a request brings: undefined where it announces none, `unknown` where it brings some
 * without saying how many, which CGI cannot do (RFC 3875 §4.1.2).
 *
 * @throws {HandshakeError} If its Content-Length is no number (400).
 */
export async function bodyLength(
  headers: Headers,
  body: ReadableStream<Uint8Array> | null,
): Promise<number | "unknown" | undefined> {
  if (headers.has("transfer-encoding")) return "unknown";
  const value = headers.get("content-length");
  if (value === null) return body && await bringsAny(body) ? "unknown" : undefined;
  const length = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new HandshakeError(400, `The Content-Length is "${value}"`);
  }
  // The runtime gives no body to a GET.
  return body ? length : 0;
}

/** HTTP/2 needs no announcement of a body. */
async function bringsAny(body: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader = body.getReader();
  let bytes: number | undefined;
  // The runtime has an empty chunk for a request without a body.
  do bytes = (await reader.read()).value?.length; while (bytes === 0);
  await reader.cancel();
  reader.releaseLock();
  return bytes !== undefined;
}
