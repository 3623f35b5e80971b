import { assertEquals } from "@std/assert";
import { parseExtensions } from "../../lib/gate/extensions.ts";

/** Extensions as they are written shortest, and those that are read. */
const HEADERS: [header: string | null, found: string[]][] = [
  [null, []],
  ["", []],
  ["a", ["a"]],
  ["a, b", ["a", "b"]],
  ["a,b,,c,", ["a", "b", "c"]],
  [" \ta \t;\t b\t =\t c ,d", ["a;b=c", "d"]],
  ["a; b; c=1; d", ["a;b;c=1;d"]],
  ['a; b="c"', ["a;b=c"]],
  ['a; b="\\c\\d"', ["a;b=cd"]],
  ['a; b="c,d;e", f', ["a;b=c,d;e", "f"]],
  ['a; b=""', ["a;b="]],
  ["a; b; b", ["a;b;b"]],
  ["x-webkit-deflate-frame, permessage-deflate; client_max_window_bits", [
    "x-webkit-deflate-frame",
    "permessage-deflate;client_max_window_bits",
  ]],
  // What cannot be read is passed over, and what follows it is not.
  ["a b, c", ["c"]],
  ["a;, c", ["c"]],
  ["a; b=, c", ["c"]],
  ["a; =b, c", ["c"]],
  ["a=b, c", ["c"]],
  ['"a", c', ["c"]],
  ['a; b="c, d', ["d"]],
  ['a; b="c"d, e', ["e"]],
  ["a; b=c d, e", ["e"]],
  ["é, c", ["c"]],
  [";", []],
  ["a;", []],
  ["a; __proto__=1; constructor", ["a;__proto__=1;constructor"]],
];
for (const [header, found] of HEADERS) {
  Deno.test(`parseExtensions() finds ${JSON.stringify(found)} in ${JSON.stringify(header)}`, () => {
    const shown = parseExtensions(header).map(({ name, params }) => {
      return [name, ...params.map(([key, value]) => value === true ? key : `${key}=${value}`)]
        .join(";");
    });
    assertEquals(shown, found);
  });
}
