import { assertEquals } from "@std/assert";
import { isBasePath } from "../../lib/options/base_path.ts";

const PATHS: [path: string, is: boolean][] = [
  ["/app", true],
  ["/app/", true],
  ["/a/b.c/~d-e", true],
  ["/a.b/..c", true],
  ["/", true],
  ["app", false],
  ["//", false],
  ["/app//b", false],
  ["/app/..", false],
  ["/./app", false],
  ["/app/../b", false],
  ["/app?a", false],
  ["/app#a", false],
  ["/%61pp", false],
  ["/a b", false],
  ["/ä", false],
  ["http://a/b", false],
];
for (const [path, is] of PATHS) {
  Deno.test(`isBasePath() says ${is} to "${path}"`, () => assertEquals(isBasePath(path), is));
}
