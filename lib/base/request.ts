import { HandshakeError } from "./errors.ts";

/** The address that a request came from. */
export interface RemoteAddress {
  /** IP address, or `unix-socket`. */
  readonly address: string;
  /** Name by reverse lookup where that is on, otherwise the address. */
  readonly host: string;
  /** Port, or empty on a Unix socket. */
  readonly port: string;
}

/** A frozen snapshot of one request, taken before the upgrade, after which the original is unusable. */
export interface IncomingRequest {
  /** Unique for each request, across servers. */
  readonly id: string;
  /** `GET`, … */
  readonly method: string;
  /** Path and query as sent, such as `/a%20b?c=d`. */
  readonly target: string;
  /** The decoded path, such as `/a b`. */
  readonly path: string;
  /** The query as sent, without its question mark. */
  readonly query: string;
  /** The Host header as sent; empty where there is none. */
  readonly host: string;
  /** The headers, readable also after the upgrade. */
  readonly headers: Headers;
  /** The address that it came from. */
  readonly remote: RemoteAddress;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The subject of the client's certificate as RFC 4514 writes it; empty where it has shown none. */
  readonly subject: string;
  /** The parameters that the route's pattern has matched, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** The subprotocol that its route has picked of those that the client offers; empty where there is none. */
  readonly subprotocol: string;
}

/** The head of a request, as an engine has it. */
export interface RequestHead {
  /** `GET`, … */
  readonly method: string;
  /** The request target: path and query as sent, or the whole URL. */
  readonly target: string;
  readonly headers: Headers;
}

/** Where a request came in. */
export interface RequestOrigin {
  /** The peer, as `Deno.serve` names it. */
  readonly remoteAddr: Deno.Addr;
  /** Whether the listener speaks TLS; default false. */
  readonly secure?: boolean;
  /** The subject of the client's certificate; default: it has shown none. */
  readonly subject?: string;
}

/**
 * Takes the snapshot of a request.
 *
 * @throws {HandshakeError} If the path cannot be decoded, or the Host header is none (400).
 */
export function snapshot(head: RequestHead, origin: RequestOrigin): IncomingRequest {
  const { method, headers } = head;
  // HTTP/2, which there is over TLS alone, has the host in the URL (RFC 9113 §8.3.1).
  const host = headers.get("host") ?? (origin.secure ? hostOf(head.target) : "");
  // RFC 9112 §3.2. The runtime writes it in front of the path, whatever it contains.
  if (/[\0-\x20/?#@\\]/.test(host)) throw new HandshakeError(400, `The Host header is "${host}"`);
  const target = pathOf(head.target);
  const mark = target.indexOf("?");
  return Object.freeze({
    id: nextId(),
    method,
    target,
    path: decodePath(mark < 0 ? target : target.slice(0, mark)),
    query: mark < 0 ? "" : target.slice(mark + 1),
    host,
    headers,
    remote: remoteOf(origin.remoteAddr),
    secure: origin.secure ?? false,
    subject: origin.subject ?? "",
    params: {},
    subprotocol: "",
  });
}

function hostOf(target: string): string {
  return /^[^:/]+:\/\/([^/]*)/.exec(target)?.[1] ?? "";
}

/** Path and query of a target. It is not parsed as a URL: that would resolve `..` and change what was sent. */
function pathOf(target: string): string {
  if (target.startsWith("/")) return target;
  const [, path = "", query = ""] = /^[^/?#]+:\/\/[^/?#]*(\/[^?]*)?(\?.*)?$/s.exec(target) ?? [];
  return (path || "/") + query;
}

const server = Array.from(
  crypto.getRandomValues(new Uint8Array(8)),
  (byte) => byte.toString(16).padStart(2, "0"),
).join("");
let requests = 0;

/** The prefix of all ids of this server: random, because several servers can share a machine. */
export const ID_PREFIX = `${server}-`;

/** An id for a request, or for what stands in for one. */
export function nextId(): string {
  return ID_PREFIX + (++requests).toString(36);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes a path or a part of one; bytes that are not UTF-8 become U+FFFD.
 *
 * @throws {HandshakeError} If it is not percent-encoded, or has a NUL in it (400).
 */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  if (/%(?![0-9a-fA-F]{2})/.test(path)) {
    throw new HandshakeError(400, `The path "${path}" is not percent-encoded`);
  }
  const decoded = path.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    return decoder.decode(
      Uint8Array.from(run.slice(1).split("%"), (hex) => parseInt(hex, 16)),
    );
  });
  if (decoded.includes("\0")) throw new HandshakeError(400, `The path "${path}" has a NUL in it`);
  return decoded;
}

function remoteOf(addr: Deno.Addr): RemoteAddress {
  if ("hostname" in addr) {
    // A socket for IPv4 and IPv6 shows IPv4 peers as ::ffff:1.2.3.4.
    const address = addr.hostname.replace(/^::ffff:(?=\d+\.)/i, "");
    return { address, host: address, port: String(addr.port) };
  }
  return { address: "unix-socket", host: "unix-socket", port: "" };
}
