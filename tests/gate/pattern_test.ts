import { assertEquals, assertThrows } from "@std/assert";
import { patternOf } from "../../lib/gate/pattern.ts";
import { decodePath } from "../../lib/base/request.ts";

// deno-fmt-ignore
const PATTERNS = [
  "/", "/a", "/a/", "//", "/a//b", "/a/:b", "/a/:b/*", "/*", "/:a/:b", "/a.b", "/.a", "/...", "/a/..b", "/~x/-",
  "/:a/", "/x/:a/y", "/a_b/*", "/_:a", "/:A/:_b", "/Ab", "/:__proto__", "/a/./b", "/a/..", "/:a-:b", "/a{/:b}?",
];
// deno-fmt-ignore
const PATHS = [
  "", "/", "/a", "/a/", "//", "/a//b", "/a/x", "/a/x/", "/a/x/y", "/a/x/y/z", "/x", "/x/y", "/a.b", "/axb", "/.a",
  "/...", "/a/..b", "/~x/-", "/x/q/y", "/a_b/", "/a_b/1/2", "/a_b", "/%41", "/a/%2F", "/a/ü", '/a/"<>', "/Ab", "/ab",
  "/a/😀", "/a#b", "/a/{x}", "/a/'()|^`", "/:a", "/a/;b=1", "/_x", "/1-2", "/b",
];
for (const text of PATTERNS) {
  Deno.test(`patternOf() finds by ${text} what a URLPattern finds`, () => {
    const [pattern, oracle] = [patternOf(text), new URLPattern({ pathname: text })];
    for (const path of PATHS) {
      const groups = oracle.exec({ pathname: path })?.pathname.groups;
      const expected = groups && Object.entries(groups).map(decoded).sort();
      assertEquals(pattern.find(path)?.map(decoded).sort(), expected, path);
    }
  });
}

function decoded([name, value = ""]: readonly [string, string | undefined]): string {
  return `${name}=${decodePath(value)}`;
}

for (const text of ["/:a/:a", "/(", "/:", "/a/:b/:b/*"]) {
  Deno.test(`patternOf() refuses ${text}`, () => {
    assertThrows(() => patternOf(text), TypeError);
  });
}
