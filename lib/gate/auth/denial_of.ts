import { isUpgrade } from "../../base/is_upgrade.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Denial } from "./authenticator.ts";

/** Headers of a refusal that a client gets from who has decided: what it is to do, and what its body is. */
const PASSED_ON = [
  "cache-control",
  "content-language",
  "content-type",
  "location",
  "retry-after",
  "set-cookie",
  "www-authenticate",
];

/** The statuses of an answer that sends a client elsewhere, as to a login. */
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** A refusal, as it was said by who has decided. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * A client that somebody else does not let in, with the answer that it gets.
 *
 * @param request The request that was decided about.
 * @param by Names who has decided, for the log.
 */
export function denialOf(request: IncomingRequest, refusal: Refusal, by: string): Denial {
  const { status } = refusal;
  // No client of a WebSocket goes elsewhere, and a browser's does not even tell its page.
  const isLost = REDIRECTS.includes(status) && isUpgrade(request.headers);
  const body = isLost ? new Uint8Array() : refusal.body;
  const kept = Array.from(refusal.headers).filter(([name]) => PASSED_ON.includes(name));
  const headers = new Headers(kept);
  headers.set("content-length", String(body.length));
  if (isLost) { for (const name of ["location", "content-type"]) headers.delete(name); }
  return {
    status: status >= 500 ? 503 : status === 403 ? 403 : 401,
    reason: `${by} answered ${status}`,
    response: new Response(body, { status: isLost ? 401 : status, headers }),
  };
}
