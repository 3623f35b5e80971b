import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { CodecError } from "../../lib/base/errors.ts";
import { MAX_LINE } from "../../lib/base/limits.ts";
import { lines } from "../../lib/codec/lines.ts";
import { assertDecodes, bytesOf, decode, encode, pieces, together } from "./decoding.ts";

const STREAMS: [stream: string | number[], lines: string[]][] = [
  ["", []],
  ["a\n", ["a"]],
  ["a\nb\nc\n", ["a", "b", "c"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["a\r\n\r\nb\n\n", ["a", "", "b", ""]],
  ["\n", [""]],
  ["\r\n", [""]],
  ["\n\n\n", ["", "", ""]],
  ["a\nunterminated", ["a", "unterminated"]],
  ["unterminated", ["unterminated"]],
  ["unterminated\r", ["unterminated\r"]],
  ["a\rb\n", ["a\rb"]],
  ["a\r\r\n", ["a\r"]],
  [" a \n\tb\n", [" a ", "\tb"]],
  ["\0\n", ["\0"]],
  ["é一😀\nü\n", ["é一😀", "ü"]],
  ["one é\ntwo 😀 without an end", ["one é", "two 😀 without an end"]],
  ["\ufeffa\n\ufeffb\n", ["\ufeffa", "\ufeffb"]],
  ["\u2028\u0085\v\f\n", ["\u2028\u0085\v\f"]],
  [[0xff, 0x0a], ["\ufffd"]],
  [[0x61, 0xc3, 0x0a, 0xa9, 0x0a], ["a\ufffd", "\ufffd"]],
  [[0xf0, 0x9f, 0x98, 0x0a], ["\ufffd"]],
  [[0xed, 0xa0, 0x80, 0x0a], ["\ufffd\ufffd\ufffd"]],
  [[0x61, 0x0a, 0xe4, 0xb8], ["a", "\ufffd"]],
  [[0x61, 0x0a, 0xff, 0x0a, 0xf0, 0x9f, 0x98, 0x80, 0x0a, 0x0a], ["a", "\ufffd", "😀", ""]],
];
for (const [stream, expected] of STREAMS) {
  Deno.test(`lines finds ${JSON.stringify(expected)} however ${JSON.stringify(stream)} comes`, () => {
    assertDecodes(lines, stream, expected);
  });
}

Deno.test("lines sends what ends in one chunk as one batch, the begin of it included", () => {
  const sizes: number[] = [];
  const decoder = lines.decoder("stdout", (batch) => sizes.push(batch.size));
  for (const text of ["a", "b\nc\nd", "\n", "\n\ne"]) decoder?.push(bytesOf(text));
  assertEquals(sizes, [2, 1, 2]);
});

Deno.test("lines leaves stderr to the log", () => {
  assertEquals(lines.decoder("stderr", () => {}), undefined);
});

Deno.test("lines passes a line as long as the limit", () => {
  const long = new Uint8Array(MAX_LINE).fill(0x78);
  const messages = decode(lines, [...pieces(long, 65536), bytesOf("\nnext\n")]);
  assertEquals(messages.map((message) => message.length), [MAX_LINE, 4]);
});

const TOO_LONG: [how: string, rest: number, chunk: Uint8Array][] = [
  ["without an end", MAX_LINE, bytesOf("x")],
  ["whose end comes with it", MAX_LINE, bytesOf("x\n")],
  ["whose end comes with the next line", MAX_LINE - 1, bytesOf("xx\nnext\n")],
  ["that comes at once", 0, new Uint8Array(MAX_LINE + 1).fill(0x78)],
];
for (const [how, rest, chunk] of TOO_LONG) {
  Deno.test(`lines refuses a line over the limit ${how}`, () => {
    const decoder = lines.decoder("stdout", () => {});
    decoder?.push(new Uint8Array(rest).fill(0x78));
    const error = assertThrows(() => decoder?.push(chunk), CodecError);
    assertEquals([error.code, error.message], [1009, `A line is longer than ${MAX_LINE} bytes`]);
  });
}

Deno.test("lines gives the lines that came before one over the limit", () => {
  const messages: unknown[] = [];
  const decoder = lines.decoder("stdout", (batch) => messages.push(...batch));
  const chunk = new Uint8Array(MAX_LINE + 10).fill(0x78);
  chunk[1] = 0x0a;
  assertThrows(() => decoder?.push(chunk), CodecError);
  assertEquals(messages, ["x"]);
});

Deno.test("lines keeps a line that comes byte by byte in little more than its length", () => {
  const decoder = lines.decoder("stdout", () => {});
  const byte = bytesOf("x");
  const before = Deno.memoryUsage().rss;
  for (let count = 0; count < 1_000_000; count++) decoder?.push(byte);
  assertLess(Deno.memoryUsage().rss - before, 64 * 1024 * 1024);
});

const INPUT = ["one", "", "é 😀", "x".repeat(100), "a\nb"];

Deno.test("lines writes each message with a newline, alone or together", () => {
  const expected = bytesOf(INPUT.join("\n") + "\n");
  assertEquals(encode(lines, INPUT), expected);
  assertEquals(lines.encode(together(INPUT)), expected);
});
