/** The engine that joins a server with others, as a person has said it. */
export type BusPlace =
  /** Nothing: each server, and each worker, is for itself. */
  | { readonly kind: "off" }
  /** The parent of the workers of one machine. */
  | { readonly kind: "local" }
  /** An engine that others run: its URL, with credentials where it wants some. */
  | { readonly kind: "redis"; readonly url: string }
  /** A file that has such a URL, so that it is in no list of processes. */
  | { readonly kind: "file"; readonly path: string };

/** Schemes of engines that others run: over TCP, with TLS, or over a Unix socket. */
const REDIS = /^(?:redis|valkey)(?:s|\+unix)?:$/;

/** The forms of a place, to follow “expected”. */
export const BUS_PLACE =
  "local, off, redis://HOST:PORT, rediss://HOST:PORT, redis+unix:///PATH or file:PATH";

/** Reads a place; undefined where it is none. */
export function parseBusPlace(text: string): BusPlace | undefined {
  if (text === "off" || text === "local") return { kind: text };
  const [, path] = /^file:(.+)$/s.exec(text) ?? [];
  if (path !== undefined) return { kind: "file", path };
  const url = URL.parse(text);
  if (!url || !REDIS.test(url.protocol)) return undefined;
  const isWhole = url.protocol.endsWith("+unix:") ? url.pathname.length > 1 : url.hostname !== "";
  return isWhole ? { kind: "redis", url: text } : undefined;
}

/** A place as a person may see it: without a password. */
export function busPlaceText(place: BusPlace): string {
  if (place.kind === "file") return `file:${place.path}`;
  return place.kind === "redis" ? withoutPassword(place.url) : place.kind;
}

/** A URL, or what was to be one, as a person may see it. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z+]*:\/*)?.*@/is, "$1***@");
}
