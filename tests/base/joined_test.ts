import { assertEquals } from "@std/assert";
import { joined } from "../../lib/base/joined.ts";

for (
  const [parts, bytes] of [
    [[], []],
    [[[]], []],
    [[[1, 2], [], [3]], [1, 2, 3]],
  ] as const
) {
  Deno.test(`joined() makes ${JSON.stringify(parts)} one buffer`, () => {
    const given = parts.map((part) => Uint8Array.from(part));
    assertEquals(joined(given), Uint8Array.from(bytes));
    assertEquals(joined(given, bytes.length), Uint8Array.from(bytes));
  });
}

Deno.test("joined() copies, so that the memory of the parts can be used again", () => {
  const part = Uint8Array.of(1);
  const copy = joined([part]);
  part[0] = 2;
  assertEquals(copy, Uint8Array.of(1));
});
