import { assertEquals } from "@std/assert";
import { binary } from "../../lib/codec/binary.ts";
import { bytesOf, decode, encode, pieces, together } from "./decoding.ts";

Deno.test("binary makes a message of each chunk as it comes", () => {
  const bytes = bytesOf([0, 10, 13, 255, 0xc3]);
  assertEquals(decode(binary, [bytes]), [bytes]);
  assertEquals(decode(binary, pieces(bytes, 3)), [bytesOf([0, 10, 13]), bytesOf([255, 0xc3])]);
});

Deno.test("binary writes messages with nothing between them, in memory of its own", () => {
  const input = [bytesOf([0, 255]), bytesOf([]), new Uint8Array(100).fill(7)];
  const expected = bytesOf([0, 255, ...Array(100).fill(7)]);
  assertEquals(encode(binary, input), expected);
  const batch = together(input);
  const encoded = binary.encode(batch);
  batch.bytes.fill(0);
  assertEquals(encoded, expected);
});

Deno.test("binary leaves stderr to the log", () => {
  assertEquals(binary.decoder("stderr", () => {}), undefined);
});
