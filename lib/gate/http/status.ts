import { RETRY_AFTER } from "../../base/limits.ts";
import { reasonOf } from "../../base/plain.ts";
import type { Closing } from "../../connection/transport/http/http_transport.ts";

const STATUSES: Readonly<Record<number, number>> = {
  1000: 200,
  1001: 503,
  1003: 415,
  1006: 503,
  1007: 400,
  1008: 403,
  1009: 413,
  1011: 500,
  1012: 503,
  1013: 503,
  4124: 504,
};

/**
 * The status of an answer to a POST whose connection was closed before anything was sent: that of a program which has
 * failed is 502.
 */
function statusOf(code: number): number {
  return STATUSES[code] ?? 502;
}

/** The answer to such a POST, which says the code and the reason. */
export function closedAnswer({ code, reason }: Closing, headers: Headers): Response {
  const status = statusOf(code);
  if (status === 200) return new Response(null, { status, headers });
  headers.set("Stdws-Close", `${code} ${encodeURI(reason.toWellFormed())}`.trimEnd());
  headers.set("Content-Type", "text/plain; charset=utf-8");
  if (status === 503) headers.set("Retry-After", String(RETRY_AFTER));
  const text = `${status} ${reasonOf(status)}: closed with ${code} ${reason}`.trimEnd();
  return new Response(`${text}\n`, { status, headers });
}
