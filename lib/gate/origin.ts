import { HandshakeError } from "../base/errors.ts";
import { splitHostPort } from "../base/host.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import type { Guard } from "../contract.ts";
import type { OriginRule } from "../options/origins.ts";

/** Rules for the origins that may open a WebSocket; plain HTTP is not asked for its own. */
export interface OriginOptions {
  /** Origin and Host must have the same host and port; default false. */
  readonly sameOrigin?: boolean;
  /** The origins that may; default: any. */
  readonly origins?: readonly OriginRule[];
}

/** The part of a request that the rules are applied to. */
export interface OriginOf {
  /** The Origin header as sent, null where there is none. */
  readonly origin: string | null;
  /** The Host header. */
  readonly host: string;
  readonly secure: boolean;
}

/**
 * The guard of WebSockets against pages of others; none where everybody may connect. What is no WebSocket a
 * browser keeps from them itself.
 */
export function originGuard(options: OriginOptions): readonly Guard[] {
  if (!options.sameOrigin && !options.origins) return [];
  return [{
    check({ headers, host, secure }) {
      if (isUpgrade(headers)) checkOrigin({ origin: headers.get("origin"), host, secure }, options);
    },
  }];
}

/**
 * Checks where the page that connects comes from.
 *
 * @throws {HandshakeError} If it may not (403).
 */
export function checkOrigin(request: OriginOf, options: OriginOptions): void {
  const { sameOrigin = false, origins } = options;
  if (!sameOrigin && !origins) return;
  // A page from a file, or no page at all. The text `null` is not trusted where origins are listed: a
  // sandboxed page of any site sends it.
  const missing = !request.origin || (request.origin === "null" && !origins);
  const found = parseOrigin(missing ? "file:" : request.origin as string);
  if (!found) throw new HandshakeError(403, `Origin "${request.origin}" is not understood`);
  if (sameOrigin) {
    const local = splitHostPort(request.host.toLowerCase(), request.secure);
    if (!local || local.host !== found.host || local.port !== found.port) {
      throw new HandshakeError(403, "Same origin policy mismatch");
    }
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

function parseOrigin(text: string): ParsedOrigin | undefined {
  const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?/i.exec(text);
  if (!match) return undefined;
  const scheme = (match[1] as string).toLowerCase();
  const parts = splitHostPort((match[2] ?? "").toLowerCase(), scheme === "https");
  return parts && { scheme, ...parts };
}

function matches(rule: OriginRule, origin: ParsedOrigin): boolean {
  const scheme = rule.scheme === undefined
    ? origin.scheme === "http" || origin.scheme === "https"
    : origin.scheme === rule.scheme;
  return scheme && origin.host === rule.host &&
    (rule.port === undefined || origin.port === rule.port);
}
