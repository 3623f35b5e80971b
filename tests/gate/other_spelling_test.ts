import { assertEquals } from "@std/assert";
import { otherSpelling } from "../../lib/gate/other_spelling.ts";

const PATHS: [target: string, other: string | undefined][] = [
  ["/", undefined],
  ["/a/b?c=/../d//e", undefined],
  ["/a.b/..c/d..", undefined],
  ["/%61", "/a"],
  ["/%c3%bc%2F%3f", "/ü/%3F"],
  ["/%3F", undefined],
  ["//a", "/a"],
  ["/a//b/", "/a/b/"],
  ["/a/../b", "/b"],
  ["/a/%2e%2E/b?c", "/b"],
  ["/../../a", "/a"],
  ["/a/.", "/a/"],
  ["/a/..", "/"],
  ["/%2Fa", "/a"],
  ["/a%2fb", "/a/b"],
  ["/a\\b", "/a/b"],
  ["/a%5c..%5Cb", "/b"],
];
for (const [target, other] of PATHS) {
  Deno.test(`otherSpelling() says that ${target} may be taken for ${other}`, () => {
    assertEquals(otherSpelling(target), other);
  });
}
