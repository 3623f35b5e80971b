import { assert, assertEquals } from "@std/assert";
import { withSlash } from "../../../lib/handlers/static/with_slash.ts";

const ADDED: [target: string, location: string, url: string][] = [
  ["/a", "./a/", "/a/"],
  ["/a/b", "./b/", "/a/b/"],
  ["/a?x=/y", "./a/?x=/y", "/a/?x=/y"],
  ["/a?", "./a/?", "/a/"],
  ["/a?b?c", "./a/?b?c", "/a/?b?c"],
  ["/a%20b", "./a%20b/", "/a%20b/"],
  ["/%C3%BC", "./%C3%BC/", "/%C3%BC/"],
  // An encoded slash is no slash to a browser.
  ["/a%2F", "./a%2F/", "/a%2F/"],
  ["/a%2Fb", "./a%2Fb/", "/a%2Fb/"],
  // Names that look like addresses.
  ["/javascript:alert(1)", "./javascript:alert(1)/", "/javascript:alert(1)/"],
  ["/http:", "./http:/", "/http:/"],
  ["//evil.example", "./evil.example/", "//evil.example/"],
  ["//evil.example/a", "./a/", "//evil.example/a/"],
  ["///evil.example", "./evil.example/", "///evil.example/"],
  ["/\\evil.example", "./%5Cevil.example/", "//%5Cevil.example/"],
  ["/\\/evil.example", "./evil.example/", "///evil.example/"],
  // What Deno passes on as it was sent.
  ["/ü", "./%C3%BC/", "/%C3%BC/"],
  ["/a?ü😀", "./a/?%C3%BC%F0%9F%98%80", "/a/?%C3%BC%F0%9F%98%80"],
  ["/a#b", "./a%23b/", "/a%23b/"],
  ["/a?b#c", "./a/?b%23c", "/a/?b%23c"],
  ['/"<>^`{|}', "./%22%3C%3E%5E%60%7B%7C%7D/", "/%22%3C%3E%5E%60%7B%7C%7D/"],
];
for (const [target, location, url] of ADDED) {
  Deno.test(`withSlash() leads from ${target} to ${url} on the same server`, () => {
    assertEquals(withSlash(target), location);
    // Throws where a header could not have it.
    const header = new Headers({ Location: location }).get("Location") as string;
    // As a browser resolves it, which does not keep what it was given in all forms.
    const base = new URL("http://host:1");
    const resolved = new URL(header, base.origin + target.replace(/#.*/, ""));
    assertEquals(resolved.origin, base.origin);
    if (!target.includes("#")) {
      assertEquals(resolved.pathname + resolved.search, url.replace(/\?$/, ""));
    }
  });
}

for (const target of ["/", "//", "/a/", "/a/?b", "//evil.example/", "/a/?b/c", "/?a"]) {
  Deno.test(`withSlash() leaves ${target} as it is`, () => {
    assert(withSlash(target) === undefined);
  });
}
