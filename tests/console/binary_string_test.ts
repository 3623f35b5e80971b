import { assertEquals } from "@std/assert";
import { binaryString, bytesOf } from "../../lib/console/binary_string.js";

Deno.test("binaryString() takes as many bytes as a picture of a terminal has, and bytesOf() gives them back", () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => at);
  const text = binaryString(bytes);
  assertEquals(text.length, bytes.length);
  assertEquals(bytesOf(text), bytes);
});
