import { assertEquals } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { parseOrigins } from "../../lib/options/origins.ts";
import { checkOrigin } from "../../lib/gate/origin.ts";

/** Whether a page from `origin` may connect to `host`. */
function may(
  origin: string | null,
  options: { list?: string; sameOrigin?: boolean; host?: string; secure?: boolean },
): boolean {
  const { list, sameOrigin = false, host = "example.com", secure = false } = options;
  try {
    checkOrigin(
      { origin, host, secure },
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
  ["null", "null", false],
  ["null", "http://null", true],
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
  ["a.com", false, "http://a.com:8080", false],
  ["a.com", true, "https://a.com", true],
  ["a.com:443", true, "https://a.com", true],
  ["a.com", true, "http://a.com", false],
  ["a.com", false, "https://a.com", false],
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
