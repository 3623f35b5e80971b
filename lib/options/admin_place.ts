import { inBrackets, withoutBrackets } from "../base/host.ts";
import { ValueError } from "./value_error.ts";

/** A place for whoever runs the server: a TCP port, a Unix socket, or a path of the server itself. */
export type AdminPlace =
  | { readonly hostname: string; readonly port: number }
  | { readonly unixSocket: string }
  | { readonly path: string };

/** The form of such a place, to follow “expected”. */
export const ADMIN_PLACE = "HOST:PORT, :PORT, unix:PATH or /path";

/** The address of `:PORT`: of this machine alone. */
const LOOPBACK = "127.0.0.1";

/**
 * Reads a place.
 *
 * @throws {ValueError} If it is none.
 */
export function parseAdminPlace(text: string): AdminPlace {
  const [, unixSocket] = /^unix:(.+)$/s.exec(text) ?? [];
  if (unixSocket !== undefined) return { unixSocket };
  if (text.startsWith("/")) {
    // It is a literal path: routes are made of it.
    if (/^(?:\/[\w.~-]+)+$/.test(text) && !/\/\.\.?(?:\/|$)/.test(text)) return { path: text };
    throw new ValueError("a path of letters, digits, - . _ ~ and /, as /admin", text);
  }
  const [, host = "", port] = /^(\[[\da-f:.]+\]|[^\s:/[\]]*):(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new ValueError(ADMIN_PLACE, text);
  return { hostname: withoutBrackets(host) || LOOPBACK, port: Number(port) };
}

/** A place as it is written. */
export function adminPlaceText(place: AdminPlace): string {
  if ("path" in place) return place.path;
  if ("unixSocket" in place) return `unix:${place.unixSocket}`;
  const { hostname, port } = place;
  return `${inBrackets(hostname)}:${port}`;
}
