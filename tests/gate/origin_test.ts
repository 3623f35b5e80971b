import { assertEquals } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { parseOrigins } from "../../lib/options/origins.ts";
import { checkOrigin } from "../../lib/gate/origin.ts";

/** Whether a page from `origin` may connect to `host`. */
function may(
  origin: string | null,
  options: {
    list?: string;
    sameOrigin?: boolean;
    host?: string;
    secure?: boolean;
    told?: boolean;
  },
): boolean {
  const { list, sameOrigin = false, host = "example.com", secure = false, told = false } = options;
  try {
    checkOrigin(
      { origin, host, secure, told },
      { sameOrigin, ...(list === undefined ? {} : { origins: parseOrigins(list) }) },
    );
    return true;
  } catch (error) {
    if (error instanceof HandshakeError && error.status === 403) return false;
    throw error;
  }
}

for (const origin of [null, "", "null", "http://anywhere", "file://", "nonsense"]) {
  Deno.test(`checkOrigin() asks nothing of ${JSON.stringify(origin)} unless it is told to`, () => {
    assertEquals(may(origin, {}), true);
  });
}

const LISTED: [list: string, origin: string | null, may: boolean][] = [
  // No port is any port, no scheme is http and https.
  ["a.com", "http://a.com", true],
  ["a.com", "https://a.com", true],
  ["a.com", "http://a.com:8080", true],
  ["a.com", "ftp://a.com", false],
  ["a.com", "file://a.com", false],
  ["a.com", "chrome-extension://a.com", false],
  ["https://a.com", "https://a.com:8443", true],
  ["https://a.com", "http://a.com", false],
  ["http://a.com", "https://a.com", false],
  ["a.com:8080", "http://a.com:8080", true],
  ["a.com:8080", "https://a.com:8080", true],
  ["a.com:8080", "http://a.com", false],
  ["a.com:80", "http://a.com", true],
  ["a.com:80", "https://a.com", false],
  ["a.com:443", "https://a.com", true],
  ["a.com:443", "http://a.com", false],
  ["https://a.com:443", "https://a.com", true],
  ["A.com", "http://a.COM", true],
  ["[::1]:81", "http://[::1]:81", true],
  ["[::1]", "http://[::2]", false],
  ["chrome-extension://abc", "chrome-extension://abc", true],
  ["a.com,b.com", "http://b.com", true],
  ["a.com,https://b.com", "http://b.com", false],
  // Others that look alike.
  ["a.com", "http://b.a.com", false],
  ["a.com", "http://a.com.evil.com", false],
  ["a.com", "http://evila.com", false],
  ["a.com", "http://evil.com/a.com", false],
  ["a.com", "http://evil.com?a.com", false],
  ["a.com", "http://evil.com#a.com", false],
  ["a.com", "http://a.com@evil.com", false],
  ["a.com", "http://evil.com:80:a.com", false],
  ["a.com", "a.com", false],
  ["a.com", "//a.com", false],
  // A missing one counts as file:, and the text null is refused.
  ["a.com", null, false],
  ["a.com", "", false],
  ["a.com", "null", false],
  ["file://", null, true],
  ["file://", "", true],
  ["file://", "null", false],
  ["file://", "http://a.com", false],
  ["a.com,file://", null, true],
  ["http://null", "null", false],
  ["http://null", "http://null", true],
  // All, whatever they say of themselves.
  ["*", "http://a.com", true],
  ["*", "https://b.com:8443", true],
  ["*", null, true],
  ["*", "null", true],
  ["*", "nonsense", true],
  ["*", "chrome-extension://abc", true],
  ["https://*", "https://a.com:1", true],
  ["https://*", "http://a.com", false],
  ["https://*", null, false],
  ["*:8080", "http://a.com:8080", true],
  ["*:8080", "http://a.com", false],
  // One label.
  ["https://*.a.com", "https://b.a.com", true],
  ["https://*.a.com", "https://B.A.com:8443", true],
  ["https://*.a.com", "http://b.a.com", false],
  ["https://*.a.com", "https://a.com", false],
  ["https://*.a.com", "https://.a.com", false],
  ["https://*.a.com", "https://c.b.a.com", false],
  ["https://*.a.com", "https://ba.com", false],
  ["https://*.a.com", "https://b.a.com.evil.com", false],
  // The same name in both forms; the header in UTF-8, a character for each byte.
  ["https://bücher.example", "https://xn--bcher-kva.example", true],
  ["https://xn--bcher-kva.example", "https://xn--bcher-kva.example", true],
  ["https://bücher.example", "https://b\u00c3\u00bccher.example", true],
  ["https://xn--bcher-kva.example", "https://b\u00c3\u00bccher.example", true],
  ["https://*.bücher.example", "https://a.xn--bcher-kva.example", true],
  ["https://bücher.example", "https://bucher.example", false],
];
for (const [list, origin, expected] of LISTED) {
  Deno.test(`checkOrigin() says ${expected} to ${JSON.stringify(origin)} with --origin=${list}`, () => {
    assertEquals(may(origin, { list }), expected);
  });
}

const SAME: [host: string, secure: boolean, origin: string | null, may: boolean][] = [
  ["a.com", false, "http://a.com", true],
  ["a.com", false, "http://a.com:80", true],
  ["a.com:80", false, "http://a.com", true],
  ["a.com:8080", false, "http://a.com:8080", true],
  ["a.com:8080", false, "http://a.com", false],
  // Without a port in Host, a proxy may be at any.
  ["a.com", false, "http://a.com:8080", true],
  ["a.com", false, "https://a.com", true],
  ["a.com", false, "https://a.com:8443", true],
  ["[::1]", false, "https://[::1]", true],
  ["a.com", false, "chrome-extension://a.com:1", false],
  ["a.com:80", false, "https://a.com", false],
  ["a.com", true, "https://a.com:8443", false],
  ["a.com", true, "https://a.com", true],
  ["a.com:443", true, "https://a.com", true],
  ["a.com", true, "http://a.com", false],
  ["A.com", false, "http://a.COM", true],
  ["[::1]:81", false, "http://[::1]:81", true],
  ["a.com", false, "http://b.com", false],
  ["a.com", false, "http://b.a.com", false],
  ["a.com", false, null, false],
  ["a.com", false, "", false],
  ["a.com", false, "null", false],
  ["a.com", false, "nonsense", false],
];
for (const [host, secure, origin, expected] of SAME) {
  const scheme = secure ? "https" : "http";
  Deno.test(`checkOrigin() says ${expected} to ${JSON.stringify(origin)} at ${scheme}://${host} with --sameorigin`, () => {
    assertEquals(may(origin, { sameOrigin: true, host, secure }), expected);
  });
}

/** What a trusted proxy tells of the scheme leaves nothing to guess. */
const TOLD: [host: string, secure: boolean, origin: string, may: boolean][] = [
  ["a.com", true, "https://a.com", true],
  ["a.com", true, "https://a.com:443", true],
  ["a.com:443", true, "https://a.com", true],
  ["a.com:8443", true, "https://a.com:8443", true],
  ["A.com", true, "https://a.COM", true],
  ["[::1]:81", false, "http://[::1]:81", true],
  ["a.com", false, "http://a.com", true],
  ["a.com", true, "https://a.com:8443", false],
  ["a.com:8443", true, "https://a.com", false],
  ["a.com", true, "http://a.com", false],
  ["a.com", true, "http://a.com:443", false],
  ["a.com", false, "https://a.com", false],
  ["a.com", false, "http://a.com:8080", false],
  ["a.com:80", false, "https://a.com:80", false],
  ["a.com", true, "https://b.com", false],
  ["a.com", true, "chrome-extension://a.com:443", false],
];
for (const [host, secure, origin, expected] of TOLD) {
  const scheme = secure ? "https" : "http";
  Deno.test(`checkOrigin() says ${expected} to ${origin} where a proxy tells of ${scheme}://${host}`, () => {
    assertEquals(may(origin, { sameOrigin: true, host, secure, told: true }), expected);
  });
}

const BOTH: [list: string, origin: string, may: boolean][] = [
  ["example.com", "http://example.com", true],
  ["other.com", "http://example.com", false],
  ["other.com", "http://other.com", false],
];
for (const [list, origin, expected] of BOTH) {
  Deno.test(`checkOrigin() says ${expected} to ${origin} with --sameorigin and --origin=${list}`, () => {
    assertEquals(may(origin, { sameOrigin: true, list }), expected);
  });
}
