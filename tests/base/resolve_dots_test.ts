import { assertEquals } from "@std/assert";
import { resolveDots } from "../../lib/base/resolve_dots.ts";

const RESOLVED: [path: string, resolved: string | undefined][] = [
  ["", ""],
  ["/", "/"],
  ["/a/b", "/a/b"],
  ["/a/", "/a/"],
  ["/a//b", "/a//b"],
  ["/.", "/"],
  ["/./", "/"],
  ["/./a", "/a"],
  ["/a/.", "/a/"],
  ["/a/./b/.", "/a/b/"],
  ["/a/..", "/"],
  ["/a/../", "/"],
  ["/a/../b", "/b"],
  ["/a/b/..", "/a/"],
  ["/a/b/../../c", "/c"],
  // RFC 3986 §5.2.4
  ["/a/b/c/./../../g", "/a/g"],
  // An empty segment is one.
  ["/a//../b", "/a/b"],
  ["//..", "/"],
  ["//../a", "/a"],
  // Names, however they look.
  ["/...", "/..."],
  ["/.a/..b/c..", "/.a/..b/c.."],
  ["/a/..\\b", "/a/..\\b"],
  ["/a/%2e%2e/b", "/a/%2e%2e/b"],
  // Out of the root.
  ["/..", undefined],
  ["/../a", undefined],
  ["/../", undefined],
  ["/./..", undefined],
  ["/a/../..", undefined],
  ["/a/../../a/b", undefined],
  ["//../../a", undefined],
];
for (const [path, resolved] of RESOLVED) {
  Deno.test(`resolveDots() makes ${resolved} of ${JSON.stringify(path)}`, () => {
    assertEquals(resolveDots(path), resolved);
  });
}
