import { assertEquals, assertThrows } from "@std/assert";
import { MAX_HEADER_BLOCK } from "../../../lib/base/limits.ts";
import { CgiBlock } from "../../../lib/handlers/cgi/cgi_block.ts";
import { CgiHeadError } from "../../../lib/handlers/cgi/cgi_head.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The block of an output that comes in chunks of a size, and what is left in the chunk that ends it. */
function collect(output: string, size: number): { text: string; rest: string } | undefined {
  const block = new CgiBlock();
  const bytes = encoder.encode(output);
  for (let start = 0; start < bytes.length; start += size) {
    const chunk = bytes.slice(start, start + size);
    const rest = block.push(chunk);
    if (rest) return { text: block.text, rest: decoder.decode(rest) };
    // It may be used again.
    chunk.fill(0);
  }
  return undefined;
}

const BLOCKS: [block: string, body: string][] = [
  ["A: 1\n\n", ""],
  ["A: 1\n\n", "body"],
  ["A: 1\r\n\r\n", "body\n\nmore"],
  ["A: 1\nB: 2\r\n\n", "\n"],
  ["A: 1\r\nB: 2\n\r\n", "\r\n"],
  ["\n", "body"],
  ["\r\n", "body"],
  ["A: 1\n\r\r\nB\n\n", ""],
];
for (const [block, body] of BLOCKS) {
  Deno.test(`CgiBlock ends ${JSON.stringify(block)} before ${JSON.stringify(body)}`, () => {
    assertEquals(collect(block + body, 1000), { text: block, rest: body });
    for (let size = 1; size < block.length; size++) {
      const found = collect(block + body, size);
      assertEquals(found?.text, block, `chunks of ${size}`);
      assertEquals(body.startsWith(found?.rest ?? "?"), true, `chunks of ${size}`);
    }
  });
}

for (const open of ["", "A: 1", "A: 1\n", "A: 1\r\n", "A: 1\n\r", "A: 1\n \n"]) {
  Deno.test(`CgiBlock waits for the end of ${JSON.stringify(open)}`, () => {
    assertEquals(collect(open, 1000), undefined);
    assertEquals(collect(open, 1), undefined);
  });
}

Deno.test("CgiBlock has a character for each byte", () => {
  assertEquals(collect("A: é\n\n", 3)?.text, "A: \xc3\xa9\n\n");
});

const LONGEST = "X".repeat(MAX_HEADER_BLOCK - 2) + "\n\n";
for (const size of [1, 4096, 65_535, 65_536, 200_000]) {
  Deno.test(`CgiBlock takes ${MAX_HEADER_BLOCK} bytes and no more, in chunks of ${size}`, () => {
    assertEquals(collect(LONGEST, size)?.text, LONGEST);
    const message = `longer than ${MAX_HEADER_BLOCK} bytes`;
    assertThrows(() => collect("X" + LONGEST, size), CgiHeadError, message);
  });
}
