import { HandshakeError } from "../../base/errors.ts";
import { BEARER_TOKEN } from "../../base/header_forms.ts";
import { hasToken, TOKEN_PARAM, withoutToken } from "../../base/query_token.ts";
import type { IncomingRequest } from "../../base/request.ts";
import { namesIn } from "../../base/subprotocol.ts";
import type { Evidence } from "./authenticator.ts";

/** The subprotocol behind which a token stands: a browser's page can set no header but their list. */
export const BEARER_PROTOCOL = "bearer";

/**
 * Finds what a client has sent to say who it is. Of tokens in several places, the one counts that was meant most:
 * in `Authorization`, then in the list of subprotocols, in the query, and in the cookie, which browsers send by
 * themselves.
 *
 * @throws {HandshakeError} If it is malformed (400).
 */
export function evidenceOf({ headers, query }: IncomingRequest): Evidence {
  // RFC 9110 §11.4
  const [, name = "", given = ""] = /^(\S*) *(.*)$/.exec(headers.get("authorization") ?? "") ?? [];
  const scheme = name.toLowerCase();
  const basic = scheme === "basic" ? { basic: basicOf(given) } : {};
  if (scheme === "bearer") {
    if (!BEARER_TOKEN.test(given)) {
      throw malformed("Cannot read the token: it has characters of no token");
    }
    return { token: given };
  }
  const token = inProtocols(headers.get("sec-websocket-protocol")) ?? inQuery(query) ??
    inCookies(headers.get("cookie"));
  // What others have put there may mean something else.
  return token !== undefined && BEARER_TOKEN.test(token) ? { ...basic, token } : basic;
}

/** Name and password (RFC 7617 §2). */
function basicOf(given: string): { user: string; password: string } {
  const refuse = (why: string) => malformed(`Cannot read the password: ${why}`);
  // Some write no padding.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw refuse("it is no base64");
  let bytes;
  try {
    bytes = Uint8Array.fromBase64(given);
  } catch {
    throw refuse("it is no base64");
  }
  const text = decoded(bytes);
  const colon = text.indexOf(":");
  if (colon < 0) throw refuse("there is no colon behind the name");
  // RFC 7617 §2
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  if (/[\0-\x1f\x7f]/.test(text)) throw refuse("there is a control character in it");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // What clients send that do not know `charset` (RFC 7617 §3).
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

function malformed(why: string): HandshakeError {
  return new HandshakeError(400, why);
}

/** The one behind `bearer`. */
function inProtocols(header: string | null): string | undefined {
  const names = namesIn(header);
  const at = names.indexOf(BEARER_PROTOCOL);
  return at < 0 ? undefined : names[at + 1];
}

function inQuery(query: string): string | undefined {
  if (!query.split("&").some(hasToken)) return undefined;
  const tokens = new URLSearchParams(query).getAll(TOKEN_PARAM);
  // RFC 6750 §3.1
  if (tokens.length > 1) throw malformed(`There are ${tokens.length} ${TOKEN_PARAM} in the query`);
  return tokens[0];
}

function inCookies(header: string | null): string | undefined {
  if (header === null) return undefined;
  const pair = header.split(";").find(isTokenCookie);
  return pair?.slice(pair.indexOf("=") + 1).trim().replace(/^"(.*)"$/, "$1");
}

/** Whether a part of a Cookie header has a token. */
function isTokenCookie(pair: string): boolean {
  return pair.trimStart().startsWith(`${TOKEN_PARAM}=`);
}

/**
 * The request as those may see it who come after it was found out whose it is: without what that was found by, right
 * or wrong.
 */
export function withoutEvidence(request: IncomingRequest): IncomingRequest {
  const headers = new Headers(request.headers);
  headers.delete("authorization");
  setOrDelete(headers, "cookie", (cookies) => {
    return cookies.split(";").filter((pair) => !isTokenCookie(pair)).join(";").trim();
  });
  setOrDelete(headers, "sec-websocket-protocol", (list) => {
    const names = namesIn(list);
    return names.filter((_, index) => names[index - 1] !== BEARER_PROTOCOL).join(", ");
  });
  // In `Referer`, and where a proxy in front says what was asked for, as in `X-Original-URI`.
  for (const [name, value] of request.headers) {
    if (value.includes("?")) setOrDelete(headers, name, withoutToken);
  }
  const rest = { ...request, headers };
  const pairs = request.query.split("&");
  if (!pairs.some(hasToken)) return Object.freeze(rest);
  const query = pairs.filter((pair) => !hasToken(pair)).join("&");
  const [path = ""] = request.target.split("?", 1);
  return Object.freeze({ ...rest, query, target: query === "" ? path : `${path}?${query}` });
}

function setOrDelete(headers: Headers, name: string, change: (value: string) => string): void {
  const value = headers.get(name);
  if (value === null) return;
  const changed = change(value);
  if (changed === "") headers.delete(name);
  else if (changed !== value) headers.set(name, changed);
}
