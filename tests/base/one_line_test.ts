import { assertEquals } from "@std/assert";
import { oneLine } from "../../lib/base/one_line.ts";

const CASES: [what: string, text: string, line: string][] = [
  ["plain text, tabs and all letters", "a\tb ä 日本 👩‍👩‍👧 אב", "a\tb ä 日本 👩‍👩‍👧 אב"],
  ["ends of lines", "a\nb\r\nc", "a\\nb\\r\\nc"],
  ["the ends of lines of Unicode", "a\u2028b\u2029c\x85", "a\\u2028b\\u2029c\\x85"],
  ["what steers a terminal", "\x1b[2J\x07\x00\x9b1m\x7f", "\\x1b[2J\\x07\\x00\\x9b1m\\x7f"],
  ["overrides of the direction", "a\u202egnp.exe\u202c", "a\\u202egnp.exe\\u202c"],
  ["isolates", "\u2066a\u2067b\u2068c\u2069", "\\u2066a\\u2067b\\u2068c\\u2069"],
  ["marks of the direction", "\u200ea\u200fb\u061c", "\\u200ea\\u200fb\\u061c"],
];
for (const [what, text, line] of CASES) {
  Deno.test(`oneLine() prints ${what}`, () => {
    assertEquals(oneLine(text), line);
  });
}
