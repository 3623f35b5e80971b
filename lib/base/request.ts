import { HandshakeError } from "./errors.ts";
import { plainAddress } from "./host.ts";
import { withoutToken } from "./query_token.ts";
import type { Trace } from "./tracing/trace.ts";

/** The address that a request came from. */
export interface RemoteAddress {
  /** IP address, or `unix-socket`. */
  readonly address: string;
  /** Name by reverse lookup where that is on, otherwise the address. */
  readonly host: string;
  /** Port, or empty on a Unix socket. */
  readonly port: string;
}

/** A proxy that is trusted, and has passed on a request. */
export interface ProxyHop {
  /** The address of the proxy. */
  readonly remote: RemoteAddress;
  /** The scheme that the client has asked it for; undefined where it does not say. */
  readonly scheme: "http" | "https" | undefined;
}

/** A frozen snapshot of one request, taken before the upgrade, after which the original is unusable. */
export interface IncomingRequest {
  /** Unique for each request, across servers. */
  readonly id: string;
  /** `GET`, … */
  readonly method: string;
  /** The prefix that the server is at (`--base-path`), such as `/app`; empty where it is at the root. */
  readonly basePath: string;
  /** Path and query as sent, such as `/a%20b?c=d`, behind that prefix. */
  readonly target: string;
  /** The decoded path, such as `/a b`, behind that prefix. */
  readonly path: string;
  /** The query as sent, without its question mark. */
  readonly query: string;
  /** The host that was asked for, by the Host header or the word of a trusted proxy; empty where there is none. */
  readonly host: string;
  /** The headers, readable also after the upgrade. */
  readonly headers: Headers;
  /** The address that it came from: the peer's, or the one that a trusted proxy names. */
  readonly remote: RemoteAddress;
  /** Whether it came over TLS, to the server or to a trusted proxy that says so. */
  readonly secure: boolean;
  /** The trusted proxy that it came from; undefined where the peer is the client itself. */
  readonly proxy?: ProxyHop;
  /** The subject of the client's certificate as RFC 4514 writes it; empty where it has shown none. */
  readonly subject: string;
  /** The name of who has sent it, as a guard has found out; empty where that is not known. */
  readonly user: string;
  /** The scheme that has proved the name, as `Basic` or `Bearer`; empty where that is not known. */
  readonly authType: string;
  /** The end of what has proved it, in ms since 1970, as that of a token; missing where there is none. */
  readonly authUntil?: number | undefined;
  /** Variables for its program, by a guard. */
  readonly variables: Readonly<Record<string, string>>;
  /** The pattern of its route; empty where that takes every path. */
  readonly route: string;
  /** The parameters that the route's pattern has matched, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** The subprotocol that its route has picked of those that the client offers; empty where there is none. */
  readonly subprotocol: string;
  /**
   * The trace of it, where somebody gathers traces.
   *
   * @internal
   */
  readonly trace?: Trace;
}

/** The head of a request, as an engine has it. */
export interface RequestHead {
  /** `GET`, … */
  readonly method: string;
  /** The request target: path and query as sent, or the whole URL. */
  readonly target: string;
  readonly headers: Headers;
}

/** The word of trusted proxies about a request. */
export interface Forwarded {
  /** The nearest of them. */
  readonly proxy: ProxyHop;
  /** The client, or the first on the way to it that is known. */
  readonly remote: RemoteAddress;
  /** The host that was asked for; undefined where they do not say. */
  readonly host?: string | undefined;
}

/** Where a request came in. */
export interface RequestOrigin {
  /** The peer, as `Deno.serve` names it. */
  readonly remoteAddr: Deno.Addr;
  /** Whether the listener speaks TLS; default false. */
  readonly secure?: boolean;
  /** The subject of the client's certificate; default: it has shown none. */
  readonly subject?: string;
  /** The trusted proxy that has named the peer before the request; default: nobody has. */
  readonly proxy?: ProxyHop | undefined;
  /** Finds what proxies say of a request; default: nobody is believed. */
  readonly forwarding?: Forwarder | undefined;
}

/** Finds what proxies say of a request. */
export interface Forwarder {
  /** @returns undefined where the peer is the client. */
  find(peer: RemoteAddress, headers: Pick<Headers, "get">): Forwarded | undefined;
}

/** The part of a request that proxies can have a word about. */
type Come = Pick<IncomingRequest, "host" | "remote" | "secure" | "proxy">;

/**
 * Where a request comes from, by the word of its peer where that is believed.
 *
 * @param host The host that the peer has asked for.
 */
export function comeFrom(
  host: string,
  headers: Pick<Headers, "get">,
  { remoteAddr, secure = false, proxy, forwarding }: RequestOrigin,
): Come {
  const peer = remoteOf(remoteAddr);
  const said = forwarding?.find(peer, headers);
  const nearest = proxy ?? said?.proxy;
  if (!nearest) return { host, remote: peer, secure };
  // A peer that a proxy has named may be trusted itself, and say nothing.
  const scheme = said?.proxy.scheme ?? nearest.scheme;
  return {
    host: said?.host ?? host,
    remote: said?.remote ?? peer,
    secure: scheme ? scheme === "https" : secure,
    proxy: { remote: nearest.remote, scheme },
  };
}

/**
 * Takes the snapshot of a request.
 *
 * @throws {HandshakeError} If the path cannot be decoded, or the Host header is none (400).
 */
export function snapshot(head: RequestHead, origin: RequestOrigin): IncomingRequest {
  const { method, headers } = head;
  // Not by `has`: at that, the runtime reads all headers (Deno 2.9).
  const sent = headers.get("host") ?? "";
  // RFC 9112 §3.2. The runtime writes it in front of the path, whatever it contains.
  expectHost(sent, "Host header");
  const host = hostOf(head.target, origin.secure || sent !== "") || sent;
  expectHost(host, "host of the target");
  if (head.target === "*" && method !== "OPTIONS") {
    throw new HandshakeError(400, `The target of a request with ${method} is a path, not *`);
  }
  // RFC 9110 §4.2.1
  if (/^[^:/]+:\/\/(?:[/?#]|$)/.test(head.target)) {
    throw new HandshakeError(400, `There is no host in the target "${withoutToken(head.target)}"`);
  }
  const target = pathOf(head.target);
  const mark = target.indexOf("?");
  return Object.freeze({
    id: nextId(),
    method,
    basePath: "",
    target,
    path: decodePath(mark < 0 ? target : target.slice(0, mark)),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers,
    ...comeFrom(host, headers, origin),
    subject: origin.subject ?? "",
    user: "",
    authType: "",
    variables: NONE,
    route: "",
    params: {},
    subprotocol: "",
  });
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

function expectHost(host: string, what: string): void {
  if (host !== "" && !isHost(host)) throw new HandshakeError(400, `The ${what} is "${host}"`);
}

/** Whether a text can be a host with or without a port, as far as that matters to who puts it into a URL. */
export function isHost(text: string): boolean {
  return /^[^\0-\x20/?#@\\]+$/.test(text);
}

/**
 * The host of a target that is a whole URL, which counts in place of the Host header (RFC 9112 §3.2.2, for HTTP/2
 * RFC 9113 §8.3.1).
 *
 * @param isSaid Whether the client has said one: otherwise the runtime makes one up.
 */
function hostOf(target: string, isSaid: boolean): string {
  return isSaid ? /^[^:/]+:\/\/([^/?#]*)/.exec(target)?.[1] ?? "" : "";
}

/**
 * Path and query of a target; of `*`, as of the engine `native`, `/*`. It is not parsed as a URL: that would resolve
 * `..` and change what was sent. Only what is no ASCII, and may not stand there, is encoded.
 */
export function pathOf(target: string): string {
  if (/[^\0-\x7f]/.test(target)) target = target.replace(/[^\0-\x7f]+/g, encoded);
  if (target.startsWith("/")) return target;
  if (target === "*") return "/*";
  const [, path = "", query = ""] = /^[^/?#]+:\/\/[^/?#]*(\/[^?]*)?(\?.*)?$/s.exec(target) ?? [];
  return (path || "/") + query;
}

/** Percent-encoded as UTF-8; half a character, which has none, as the sign for that. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
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

/** A peer as a request names it. */
export function remoteOf(addr: Deno.Addr): RemoteAddress {
  if ("hostname" in addr) {
    const address = plainAddress(addr.hostname);
    return { address, host: address, port: String(addr.port) };
  }
  return { address: "unix-socket", host: "unix-socket", port: "" };
}
