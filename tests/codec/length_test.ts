import { assertEquals, assertThrows } from "@std/assert";
import { CodecError } from "../../lib/base/errors.ts";
import { MAX_LINE } from "../../lib/base/limits.ts";
import { length } from "../../lib/codec/length.ts";
import { assertDecodes, bytesOf, decode, encode, pieces, together } from "./decoding.ts";

const MESSAGES: number[][][] = [
  [],
  [[]],
  [[1]],
  [[1, 2, 3], [], [4], [0, 0, 0, 9], []],
  [[], [], [5, 6]],
];
for (const messages of MESSAGES) {
  const stream = messages.flatMap((message) => [0, 0, 0, message.length, ...message]);
  Deno.test(`length finds ${JSON.stringify(messages)} however they come`, () => {
    assertDecodes(length, stream, messages.map(bytesOf));
  });
}

Deno.test("length reads all four bytes of a length", () => {
  const long = new Uint8Array(0x10203).fill(7);
  const stream = encode(length, [long, Uint8Array.of(1)]);
  assertEquals([...stream.subarray(0, 4)], [0, 1, 2, 3]);
  assertEquals(decode(length, pieces(stream, 1_000)), [long, Uint8Array.of(1)]);
  assertEquals(decode(length, [stream]), [long, Uint8Array.of(1)]);
});

Deno.test("length passes a message as long as the limit, and none that is longer", () => {
  const stream = encode(length, [new Uint8Array(MAX_LINE)]);
  assertEquals(decode(length, pieces(stream, 65_536)).map(({ length }) => length), [MAX_LINE]);
  const messages: unknown[] = [];
  const decoder = length.decoder("stdout", (batch) => messages.push(...batch));
  const head = [...encode(length, [bytesOf("before")]), 0xff, 0, 0, 0];
  const error = assertThrows(() => decoder?.push(Uint8Array.from(head)), CodecError);
  assertEquals([error.code, error.message], [1009, `A message is longer than ${MAX_LINE} bytes`]);
  assertEquals(messages, [bytesOf("before")]);
});

for (const part of [[0], [0, 0, 0, 2], [0, 0, 0, 2, 1]]) {
  Deno.test(`length refuses an end in the middle of a message, after ${part.length} bytes`, () => {
    const decoder = length.decoder("stdout", () => {});
    decoder?.push(Uint8Array.from(part));
    assertEquals(assertThrows(() => decoder?.end(), CodecError).code, 1011);
  });
}

Deno.test("length writes text and bytes, each with its length, alone or together", () => {
  const expected = [0, 0, 0, 2, 0xc3, 0xa9, 0, 0, 0, 0, 0, 0, 0, 1, 9];
  assertEquals([...encode(length, ["é", "", Uint8Array.of(9)])], expected);
  assertEquals([...length.encode(together(["é", ""]))], expected.slice(0, 10));
});
