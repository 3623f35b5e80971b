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
];
for (const [list, rules] of LISTS) {
  Deno.test(`parseOrigins() reads ${list}`, () => assertEquals(parseOrigins(list), rules));

  Deno.test(`originText() writes what parseOrigins() reads of ${list}`, () => {
    assertEquals(parseOrigins(rules.map(originText).join(",")), rules);
  });
}

const UNREADABLE = ["", "a,", ",a", "a b", "http://", "a:b", "a:", "a/b", "://a", "::1", "a:1:2"];
for (const list of UNREADABLE) {
  Deno.test(`parseOrigins() refuses ${JSON.stringify(list)}`, () => {
    const error = assertThrows(() => parseOrigins(list), ValueError);
    assertEquals(error.expected, "[scheme://]host[:port], separated by commas");
    assertEquals(list.includes(error.text), true);
  });
}
