import { allowing } from "../../base/allowing.ts";
import type { Header } from "../../connection/ticket.ts";
import type { IncomingRequest } from "../../contract.ts";
import { admitsAnybody, checkOrigin, type OriginOptions, type OriginRules } from "../origin.ts";
import { METHODS } from "../web_socket_only.ts";

/**
 * Checks where the page that asks comes from, as for a WebSocket. A browser does not say the origin of a page that asks
 * its own server without one: then by what else it says, which no page can choose.
 *
 * @throws {HandshakeError} If it may not (403).
 */
export function checkPage(request: IncomingRequest, options: OriginRules): void {
  const { headers, host, secure, proxy } = request;
  const own = `${secure ? "https" : "http"}://${host}`;
  const site = headers.get("sec-fetch-site");
  const said = headers.get("origin") ??
    /^https?:\/\/[^/]+/.exec(headers.get("referer") ?? "")?.[0] ?? null;
  // Where who is no page may, one that has its browser leave all of that out must not be taken for it.
  const isHidden = said === null && options.onlyPages && /^(?:cross|same)-site$/.test(site ?? "");
  const origin = site === "same-origin" ? own : isHidden ? "null" : said;
  checkOrigin({ origin, host, secure, told: proxy?.scheme !== undefined }, options);
}

/**
 * Headers by which a browser lets a page of another origin read the answer (Fetch §3.3): where `origins` admit that, as
 * a WebSocket would be, and nobody's cookies and passwords to pages of just anybody.
 */
export function sharingHeaders({ headers }: IncomingRequest, options: OriginOptions): Header[] {
  const origin = headers.get("origin");
  if (origin === null || !options.origins) return [];
  if (admitsAnybody(options)) return [["Access-Control-Allow-Origin", "*"]];
  return [
    ["Access-Control-Allow-Origin", origin],
    ["Access-Control-Allow-Credentials", "true"],
    ["Vary", "Origin"],
  ];
}

/**
 * The answer to a browser that asks for a page of another origin. Nobody has to say a password for it, which a browser
 * does not send yet.
 *
 * @throws {HandshakeError} If such a page may not (403).
 */
export function preflight(request: IncomingRequest, options: OriginRules): Response {
  checkPage(request, options);
  const { headers } = allowing(METHODS);
  const sharing = sharingHeaders(request, options);
  for (const [name, value] of sharing) headers.append(name, value);
  if (sharing.length > 0) {
    headers.set("Access-Control-Allow-Methods", "GET, POST");
    headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID");
  }
  return new Response(null, { status: 204, headers });
}
