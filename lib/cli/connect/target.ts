import { UsageError } from "../../base/errors.ts";
import { withoutToken } from "../../base/query_token.ts";
import { withoutSecrets } from "../../options/without_secrets.ts";

const SCHEMES: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
  "ws+unix:": "ws+unix:",
};

const EXPECTED = "ws://HOST[:PORT]/PATH, wss://…, HOST[:PORT]/PATH, :PORT or ws+unix:SOCKET";

/** The address that the client connects to. */
export interface Target {
  readonly url: string;
  /** The same for messages: without a password, and without a token. */
  readonly name: string;
}

/**
 * Reads the value of `--connect`: `ws:`, `wss:`, the same as `http:` or `https:`, `ws+unix:SOCKET[:PATH]`, or a
 * host and a port of which one may be missing, which mean `wss:` at port 443 and `ws:` elsewhere.
 *
 * @throws {UsageError} If it is none of these (exit code 2).
 */
export function parseTarget(text: string): Target {
  const whole = withScheme(text);
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const scheme = url && SCHEMES[url.protocol];
  if (!url || !scheme || url.pathname === "") throw refused(text, `expected ${EXPECTED}`);
  // RFC 6455 §3.
  if (url.hash) throw refused(text, "a WebSocket has no fragment, write %23 for #");
  url.protocol = scheme;
  const { href } = url;
  url.password = "";
  return { url: href, name: withoutToken(url.href) };
}

/** An address as it is written without a scheme; `localhost:80` would be one of the scheme `localhost:`. */
function withScheme(text: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text) || /^(wss?|https?|ws\+unix):/i.test(text)) return text;
  if (text.startsWith("//")) return `ws:${text}`;
  if (text === "" || text.startsWith("/")) {
    const socket = text === "" ? "" : `; for a Unix socket write ws+unix:${text}`;
    throw refused(text, `expected ${EXPECTED}${socket}`);
  }
  // To a URL, a number by itself is an IPv4 address (0.0.31.144 for 8080).
  if (/^\d+(?=[/?]|$)/.test(text)) throw refused(text, `for a port alone write :${text}`);
  const [, user = "", host = "", port = "", rest = ""] =
    /^((?:[^/?#]*@)?)((?:\[[^\]]*\]|[^:/?#])*)((?::[^/?#]*)?)([^]*)$/.exec(text) ?? [];
  if (host === "" && port.length < 2) throw refused(text, `expected ${EXPECTED}`);
  const scheme = port === ":443" ? "wss" : "ws";
  return `${scheme}://${user}${host || "localhost"}${port}${rest}`;
}

function refused(text: string, why: string): UsageError {
  const shown = withoutSecrets(text).replace(/^[^/]*@/, "***@");
  return new UsageError(`Invalid value "${shown}" for --connect: ${why}`, 2);
}
