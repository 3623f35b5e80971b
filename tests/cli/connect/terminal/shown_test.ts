import { assertEquals } from "@std/assert";
import { shownBinary, shownText } from "../../../../lib/cli/connect/terminal/shown.ts";

const TEXTS: [text: string, shown: string][] = [
  ["", ""],
  ["a\tb 中😀", "a\tb 中😀"],
  ["a\nb\n", "a\n  b\n  "],
  ["\x1b[2J\x07\r\x00\x7f\x9b", "\\x1b[2J\\x07\\r\\x00\\x7f\\x9b"],
  ["\u202e\u2066\u2028", "\\u202e\\u2066\\u2028"],
];
for (const [text, shown] of TEXTS) {
  Deno.test(`shownText() shows ${JSON.stringify(text)} so that it steers nothing`, () => {
    assertEquals(shownText(new TextEncoder().encode(text), "  "), shown);
  });
}

const BINARY: [bytes: number[], shown: string][] = [
  [[], "binary, 0 bytes"],
  [[0x41], "binary, 1 byte: 41  |A|"],
  [[0, 0x1b, 0x7f, 0xff, 0x7e], "binary, 5 bytes: 00 1b 7f ff 7e  |....~|"],
  [
    Array(17).fill(0x20),
    `binary, 17 bytes: ${Array(16).fill("20").join(" ")} …  |${" ".repeat(16)}|`,
  ],
];
for (const [bytes, shown] of BINARY) {
  Deno.test(`shownBinary() shows ${bytes.length} bytes as ${shown}`, () => {
    assertEquals(shownBinary(Uint8Array.from(bytes)), shown);
  });
}
