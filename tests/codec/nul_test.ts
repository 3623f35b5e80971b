import { assertEquals, assertThrows } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CodecError } from "../../lib/base/errors.ts";
import { MAX_LINE } from "../../lib/base/limits.ts";
import { nul } from "../../lib/codec/nul.ts";
import { assertDecodes, bytesOf, encode, together } from "./decoding.ts";

const STREAMS: [stream: string | number[], records: string[]][] = [
  ["", []],
  ["a\0", ["a"]],
  ["a\nb\r\n\0c\r\0\0", ["a\nb\r\n", "c\r", ""]],
  ["a\0without an end", ["a", "without an end"]],
  ["é一😀\0", ["é一😀"]],
  [[0x61, 0xc3, 0, 0xa9, 0], ["a\ufffd", "\ufffd"]],
];
for (const [stream, records] of STREAMS) {
  Deno.test(`nul finds ${JSON.stringify(records)} however ${JSON.stringify(stream)} comes`, () => {
    assertDecodes(nul, stream, records);
  });
}

Deno.test("nul bounds a record", () => {
  const decoder = nul.decoder("stdout", () => {});
  const error = assertThrows(() => decoder?.push(new Uint8Array(MAX_LINE + 1).fill(1)), CodecError);
  assertEquals([error.code, error.message], [1009, `A record is longer than ${MAX_LINE} bytes`]);
});

const INPUT = ["one", "", "two\nlines\n", "é 😀"];

Deno.test("nul writes each message with a NUL, alone or together", () => {
  const expected = bytesOf(INPUT.join("\0") + "\0");
  assertEquals(encode(nul, INPUT), expected);
  assertEquals(nul.encode(together(INPUT)), expected);
});

Deno.test("nul refuses a message with a NUL in it with 1007", () => {
  const error = assertThrows(() => nul.encode(Batch.of("a\0b")), CodecError);
  assertEquals(error.code, 1007);
});
