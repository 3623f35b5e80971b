import { assertEquals, assertRejects } from "@std/assert";
import { CodecError } from "../../../lib/base/errors.ts";
import { messagesOf } from "../../../lib/cli/connect/messages.ts";

const encoder = new TextEncoder();

async function batchesOf(chunks: readonly (string | Uint8Array<ArrayBuffer>)[], binary = false) {
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  const reader = ReadableStream.from(bytes).getReader();
  return await Array.fromAsync(messagesOf(reader, binary));
}

const LINES: [chunks: string[], batches: string[][]][] = [
  [[], []],
  [[""], []],
  [["a\nb\n"], [["a", "b"]]],
  [["a\nb"], [["a"], ["b"]]],
  [["a", "b", "\nc\n"], [["ab", "c"]]],
  [["\n\n"], [["", ""]]],
  [["a\r\nb\r\n"], [["a", "b"]]],
  [["a\n", "b\n"], [["a"], ["b"]]],
];
for (const [chunks, batches] of LINES) {
  Deno.test(`messagesOf() makes ${JSON.stringify(batches)} of ${JSON.stringify(chunks)}`, async () => {
    assertEquals(await batchesOf(chunks), batches);
  });
}

Deno.test("messagesOf() makes U+FFFD of what is not UTF-8", async () => {
  assertEquals(await batchesOf([Uint8Array.of(0x61, 0xff, 0x0a)]), [["a\ufffd"]]);
});

Deno.test("messagesOf() passes chunks on as they are in binary", async () => {
  const chunks = [Uint8Array.of(0, 10, 255), Uint8Array.of(10)];
  assertEquals(await batchesOf(chunks, true), [[chunks[0] ?? ""], [chunks[1] ?? ""]]);
});

Deno.test("messagesOf() fails on a line of more than 16 MiB", async () => {
  await assertRejects(
    () => batchesOf([new Uint8Array(16 * 1024 * 1024 + 1).fill(97)]),
    CodecError,
  );
});
