import { assertEquals } from "@std/assert";
import { visibleRuns } from "../../lib/console/visible_text.js";

const CASES: [text: string, runs: string[]][] = [
  ["", []],
  ["plain\ttext\nü 漢 עברית", ["plain\ttext\nü 漢 עברית"]],
  ["a\0b", ["a", "<NUL>", "b"]],
  ["\x1b[31m", ["<ESC>", "[31m"]],
  ["a\r\n", ["a", "<CR>", "\n"]],
  ["user\u202etxt.exe", ["user", "<U+202E>", "txt.exe"]],
  ["\u2066\u2069\u200b\ufeff\xad", ["<U+2066>", "<U+2069>", "<U+200B>", "<U+FEFF>", "<U+00AD>"]],
  ["\x7f\x85", ["<DEL>", "<U+0085>"]],
  ["a\ud800b", ["a", "<U+D800>", "b"]],
  ["👩‍👩‍👧 \u200d", ["👩‍👩‍👧 \u200d"]],
  ["\u{e0041}", ["<U+E0041>"]],
  ["\0\0\0a\0", ["<NUL×3>", "a", "<NUL>"]],
  ["\0\x01\x01", ["<NUL>", "<SOH×2>"]],
];
for (const [text, runs] of CASES) {
  Deno.test(`visibleRuns() shows ${JSON.stringify(text)}`, () => {
    assertEquals(visibleRuns(text).map(({ text, hidden }) => hidden ? `<${text}>` : text), runs);
  });
}

Deno.test("visibleRuns() makes one run of a mebibyte of NUL", () => {
  assertEquals(visibleRuns("\0".repeat(2 ** 20)), [{ text: `NUL×${2 ** 20}`, hidden: true }]);
});
