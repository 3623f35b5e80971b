import { assertEquals, assertThrows } from "@std/assert";
import { CodecError } from "../../lib/base/errors.ts";
import { MAX_HEADER_BLOCK, MAX_LINE } from "../../lib/base/limits.ts";
import { contentLength } from "../../lib/codec/content_length.ts";
import { assertDecodes, bytesOf, decode, encode, pieces, together } from "./decoding.ts";

const STREAMS: [what: string, stream: string | number[], messages: string[]][] = [
  ["nothing", "", []],
  ["one message", "Content-Length: 2\r\n\r\n{}", ["{}"]],
  ["an empty one", "Content-Length: 0\r\n\r\n", [""]],
  [
    "several, one behind the other",
    "Content-Length: 1\r\n\r\naContent-Length:0\r\n\r\nContent-Length: 3\r\n\r\n\r\n\n",
    ["a", "", "\r\n\n"],
  ],
  [
    "other header fields",
    "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\nX:\r\n\r\nok",
    ["ok"],
  ],
  ["a name in any case", "content-LENGTH:  4 \r\n\r\nü😀".replace("4", "6"), ["ü😀"]],
  [
    "what is not UTF-8",
    [...bytesOf("Content-Length: 2\r\n\r\n"), 0x61, 0xff, ...bytesOf("Content-Length: 1\r\n\r\nb")],
    ["a\ufffd", "b"],
  ],
];
for (const [what, stream, messages] of STREAMS) {
  Deno.test(`content-length reads ${what}, however it comes`, () => {
    assertDecodes(contentLength, stream, messages);
  });
}

const REFUSED: [what: string, stream: string, code: number, message: string][] = [
  ["a block without Content-Length", "X: 1\r\n\r\n", 1011, "no Content-Length"],
  ["an empty block", "\r\n\r\n", 1011, "no Content-Length"],
  ["a length that is no number", "Content-Length: x\r\n\r\n", 1011, "no Content-Length"],
  ["a length below zero", "Content-Length: -1\r\n\r\n", 1011, "no Content-Length"],
  ["a line without a colon", "hello\r\n\r\n", 1011, "no colon"],
  ["a line that ends with LF alone", "Content-Length: 2\n\n{}", 1011, "does not end with CR LF"],
  [
    "a body that is too long",
    `Content-Length: ${MAX_LINE + 1}\r\n\r\n`,
    1009,
    "A message is longer",
  ],
  [
    "a block that is too long",
    `X: ${"x".repeat(MAX_HEADER_BLOCK)}`,
    1009,
    "A header block is longer",
  ],
];
for (const [what, stream, code, message] of REFUSED) {
  Deno.test(`content-length refuses ${what}, after what came before it`, () => {
    for (const size of [1, 7, 100_000]) {
      const messages: unknown[] = [];
      const decoder = contentLength.decoder("stdout", (batch) => messages.push(...batch));
      const bytes = bytesOf(`Content-Length: 6\r\n\r\nbefore${stream}`);
      const error = assertThrows(
        () => {
          for (const piece of pieces(bytes, size)) decoder?.push(piece);
        },
        CodecError,
        message,
      );
      assertEquals([error.code, messages], [code, ["before"]]);
    }
  });
}

for (const part of ["Cont", "Content-Length: 2\r\n\r\n", "Content-Length: 2\r\n\r\n{"]) {
  Deno.test(`content-length refuses an end in the middle of a message: ${JSON.stringify(part)}`, () => {
    const decoder = contentLength.decoder("stdout", () => {});
    decoder?.push(bytesOf(part));
    assertEquals(assertThrows(() => decoder?.end(), CodecError).code, 1011);
  });
}

Deno.test("content-length passes a message as long as the limit", () => {
  const stream = encode(contentLength, ["x".repeat(MAX_LINE)]);
  const messages = decode(contentLength, pieces(stream, 65_536));
  assertEquals(messages.map(({ length }) => length), [MAX_LINE]);
});

Deno.test("content-length writes each message with its length in bytes, alone or together", () => {
  const input = ["{}", "", "é"];
  const expected = bytesOf(
    "Content-Length: 2\r\n\r\n{}Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\né",
  );
  assertEquals(encode(contentLength, input), expected);
  assertEquals(contentLength.encode(together(input)), expected);
});
