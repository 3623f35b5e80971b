import type { IncomingRequest } from "../../base/request.ts";
import type { Evidence } from "./authenticator.ts";

/** The header `Authorization` of a client; made of its token where that came another way. */
export function authorizationOf({ headers }: IncomingRequest, { token }: Evidence): string | null {
  return headers.get("authorization") ?? (token === undefined ? null : `Bearer ${token}`);
}

/** The scheme of a client that somebody else knows, for `AUTH_TYPE`; empty where it has named none. */
export function schemeOf(authorization: string | null): string {
  const [scheme = ""] = authorization?.trim().split(" ", 1) ?? [];
  const known = ["Basic", "Bearer", "Digest"].find((name) =>
    name.toLowerCase() === scheme.toLowerCase()
  );
  return known ?? (/^[\w-]+$/.test(scheme) ? scheme : "");
}
