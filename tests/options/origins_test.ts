import { assertEquals, assertThrows } from "@std/assert";
import { type OriginRule, originText, parseOrigins } from "../../lib/options/origins.ts";
import { ValueError } from "../../lib/options/value_error.ts";

const LISTS: [list: string, rules: OriginRule[]][] = [
  ["example.com", [{ host: "example.com" }]],
  ["example.com:8080", [{ host: "example.com", port: "8080" }]],
  ["https://example.com", [{ scheme: "https", host: "example.com" }]],
  ["HTTPS://Example.COM:443", [{ scheme: "https", host: "example.com", port: "443" }]],
  ["[::1]", [{ host: "::1" }]],
  ["http://[::1]:81", [{ scheme: "http", host: "::1", port: "81" }]],
  ["192.0.2.1", [{ host: "192.0.2.1" }]],
  ["a,b:1, https://c", [{ host: "a" }, { host: "b", port: "1" }, { scheme: "https", host: "c" }]],
  ["chrome-extension://abc", [{ scheme: "chrome-extension", host: "abc" }]],
  ["file://", [{ scheme: "file", host: "" }]],
  ["*", [{ host: "*" }]],
  ["https://*", [{ scheme: "https", host: "*" }]],
  ["*:8080", [{ host: "*", port: "8080" }]],
  ["https://*.Example.com", [{ scheme: "https", host: "*.example.com" }]],
  ["*.bücher.example", [{ host: "*.xn--bcher-kva.example" }]],
  ["https://bücher.example", [{ scheme: "https", host: "xn--bcher-kva.example" }]],
  ["https://XN--bcher-kva.example", [{ scheme: "https", host: "xn--bcher-kva.example" }]],
  // As browsers write them.
  ["[0:0:0:0:0:0:0:1]:81", [{ host: "::1", port: "81" }]],
  ["127.1", [{ host: "127.0.0.1" }]],
  ["https://a:0443", [{ scheme: "https", host: "a", port: "443" }]],
  ["example.com.", [{ host: "example.com." }]],
];
for (const [list, rules] of LISTS) {
  Deno.test(`parseOrigins() reads ${list}`, () => assertEquals(parseOrigins(list), rules));

  Deno.test(`originText() writes what parseOrigins() reads of ${list}`, () => {
    assertEquals(parseOrigins(rules.map(originText).join(",")), rules);
  });
}

const UNREADABLE = [
  "",
  "a,",
  ",a",
  "a b",
  "http://",
  "a:b",
  "a:",
  "a/b",
  "://a",
  "::1",
  "a:1:2",
  "*.[::1]",
];
for (const list of UNREADABLE) {
  Deno.test(`parseOrigins() refuses ${JSON.stringify(list)}`, () => {
    const error = assertThrows(() => parseOrigins(list), ValueError);
    assertEquals(error.expected, "[scheme://]host[:port], separated by commas");
    assertEquals(list.includes(error.text), true);
  });
}

const HOST = "the host of a page, of which * may be all, or the first label";
/** No page can be there. */
const NOBODYS: [list: string, expected: string][] = [
  ["https://*.*.example.com", HOST],
  ["https://a.*.example.com", HOST],
  ["https://a*.example.com", HOST],
  ["*example.com", HOST],
  ["**", HOST],
  ["*.", HOST],
  ["*.127.0.0.1", HOST],
  [".example.com", HOST],
  ["https://a..example.com", HOST],
  [".", HOST],
  ["null", "an origin that tells whose page it is, which null does not"],
  ["NULL", "an origin that tells whose page it is, which null does not"],
  ["https://[::g]", HOST],
  ["https://user@example.com", HOST],
  ["example.com?a", HOST],
  ["https://256.256.256.256", HOST],
  ["chrome-extension://*x", HOST],
  ["wss://example.com", "the origin of a page, as https://…"],
  ["WS://example.com", "the origin of a page, as http://…"],
  ["example.com:65536", "a port up to 65535"],
];
for (const [list, expected] of NOBODYS) {
  Deno.test(`parseOrigins() refuses ${list}, which would match nobody`, () => {
    const error = assertThrows(() => parseOrigins(`good.example,${list}`), ValueError);
    assertEquals([error.expected, error.text], [expected, list]);
  });
}
