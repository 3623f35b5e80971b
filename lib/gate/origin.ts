import { HandshakeError } from "../base/errors.ts";
import { splitHostPort } from "../base/host.ts";
import { expectOwnHost } from "./expect_own_host.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import type { Guard } from "../contract.ts";
import { canonicalHost, type OriginRule } from "../options/origins.ts";

/** Rules for the origins that may open a WebSocket; plain HTTP is not asked for its own. */
export interface OriginOptions {
  /** Origin and Host must have the same host and port; default false. */
  readonly sameOrigin?: boolean;
  /** The origins that may; default: any. */
  readonly origins?: readonly OriginRule[];
}

/** Rules of a route, with what its handler wants where the route says nothing. */
export interface OriginRules extends OriginOptions {
  /** Whether who is no page may in any case; default false. */
  readonly onlyPages?: boolean;
  /**
   * Whether the Host has to be an address, unless TLS or a trusted proxy stands for its name: any site can have its own
   * name mean this machine, and its pages are then of the same origin; default false.
   */
  readonly ownHost?: boolean;
}

/** The part of a request that the rules are applied to. */
export interface OriginOf {
  /** The Origin header as sent, null where there is none. */
  readonly origin: string | null;
  /** The Host header. */
  readonly host: string;
  readonly secure: boolean;
  /** Whether a trusted proxy has told by which scheme it was asked, so that nothing has to be guessed. */
  readonly told?: boolean;
}

/** Options of {@linkcode originRules}: what a route says, and what is known of it. */
export interface OriginRulesOptions extends OriginOptions {
  /** Whether its handler wants no other pages than those of the server; default false. */
  readonly ownPages?: boolean | undefined;
  /** Whether something else asks who comes, which a page of others cannot answer; default false. */
  readonly isGuarded: boolean;
}

/** The rules of a route. */
export function originRules(
  { sameOrigin = false, origins, ownPages, isGuarded }: OriginRulesOptions,
): OriginRules {
  if (ownPages && !sameOrigin && !origins) {
    return { sameOrigin: true, onlyPages: true, ownHost: !isGuarded };
  }
  return { sameOrigin, ...(origins && { origins }) };
}

/**
 * The guard of WebSockets against pages of others; none where everybody may connect. What is no WebSocket a
 * browser keeps from them itself.
 */
export function originGuard(rules: OriginRules): readonly Guard[] {
  if (!rules.sameOrigin && !rules.origins) return [];
  return [{
    check({ headers, host, secure, proxy }) {
      if (!isUpgrade(headers)) return;
      const origin = headers.get("origin");
      const told = proxy?.scheme !== undefined;
      checkOrigin({ origin, host, secure, told }, rules);
    },
  }];
}

/** Whether pages of any origin may, and what is no page: whoever admits all asks nothing. */
export function admitsAnybody({ sameOrigin, origins }: OriginOptions): boolean {
  return !sameOrigin && (!origins || origins.some((rule) => matches(rule, undefined)));
}

/**
 * Checks where the page that connects comes from.
 *
 * @throws {HandshakeError} If it may not (403).
 */
export function checkOrigin(request: OriginOf, options: OriginRules): void {
  const { sameOrigin = false, origins, onlyPages = false, ownHost = false } = options;
  if (admitsAnybody(options) || (onlyPages && request.origin === null)) return;
  if (ownHost && !request.secure && !request.told) expectOwnHost(request);
  // A page from a file, or no page at all. The text `null` is not trusted where origins are listed: a
  // sandboxed page of any site sends it.
  const missing = !request.origin || (request.origin === "null" && !origins);
  const found = parseOrigin(missing ? "file:" : request.origin as string);
  if (!found) throw new HandshakeError(403, `Origin "${request.origin}" is not understood`);
  if (sameOrigin) {
    if (!isSame(found, request)) throw new HandshakeError(403, "Same origin policy mismatch");
  }
  if (origins && !origins.some((rule) => matches(rule, found))) {
    throw new HandshakeError(403, `Origin '${request.origin ?? "file:"}' is not allowed`);
  }
}

interface ParsedOrigin {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

function isSame(origin: ParsedOrigin, { host, secure, told = false }: OriginOf): boolean {
  const local = splitHostPort(host, secure);
  if (!local || plainHost(local.host) !== origin.host) return false;
  // The origin of the Fetch standard.
  if (told) {
    return origin.scheme === (secure ? "https" : "http") && origin.port === local.port;
  }
  if (local.port === origin.port) return true;
  // A proxy in front that ends TLS, or listens elsewhere, is at a port that the Host header does not tell.
  return !secure && !/:\d*$/.test(host.replace(/^\[.*\]/, "")) && isWeb(origin);
}

function parseOrigin(text: string): ParsedOrigin | undefined {
  const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?/i.exec(text);
  if (!match) return undefined;
  const scheme = (match[1] as string).toLowerCase();
  const parts = splitHostPort(match[2] ?? "", scheme === "https");
  return parts && { scheme, ...parts, host: plainHost(parts.host) };
}

const decoder = new TextDecoder();

/** A host in the form that rules have: who is no browser may send its letters as they are, in UTF-8. */
function plainHost(host: string): string {
  // deno-lint-ignore no-control-regex -- what is no ASCII
  if (/^[\x00-\x7f]*$/.test(host)) return host.toLowerCase();
  const bytes = Uint8Array.from(host, (char) => char.charCodeAt(0));
  return canonicalHost(decoder.decode(bytes)) ?? host;
}

function isWeb({ scheme }: ParsedOrigin): boolean {
  return scheme === "http" || scheme === "https";
}

/** @param origin undefined where it is not known, or cannot be read: what admits all, admits that, too. */
function matches(rule: OriginRule, origin: ParsedOrigin | undefined): boolean {
  const { scheme, host, port } = rule;
  if (!origin) return host === "*" && scheme === undefined && port === undefined;
  return (scheme === undefined ? isWeb(origin) : origin.scheme === scheme) &&
    hostMatches(host, origin.host) && (port === undefined || origin.port === port);
}

function hostMatches(rule: string, host: string): boolean {
  if (!rule.startsWith("*")) return host === rule;
  return rule === "*" || host.replace(/^[^.]+/, "*") === rule;
}
