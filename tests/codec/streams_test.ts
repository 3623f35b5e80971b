import { assertEquals } from "@std/assert";
import { streams } from "../../lib/codec/streams.ts";
import { assertDecodes, bytesOf, decode, encode } from "./decoding.ts";

const STREAMS: [stream: string | number[], data: string[]][] = [
  ["", []],
  ["a\r\nb\n\n", ["a", "b", ""]],
  ['o "q" \\ ü\t\x1b😀\nlast', ['o "q" \\ ü\t\x1b😀', "last"]],
  ["\ufeff{}\n", ["\ufeff{}"]],
  [[0x61, 0xc3, 0x0a, 0xa9, 0x0a], ["a\ufffd", "\ufffd"]],
];
for (const [stream, data] of STREAMS) {
  Deno.test(`streams finds ${JSON.stringify(data)} however ${JSON.stringify(stream)} comes`, () => {
    const messages = data.map((line) => JSON.stringify({ stream: "stdout", data: line }));
    assertDecodes(streams, stream, messages);
  });
}

Deno.test("streams tells stderr from stdout", () => {
  const messages = decode(streams, [bytesOf("é\nb\n")], "stderr");
  assertEquals(messages, ['{"stream":"stderr","data":"é"}', '{"stream":"stderr","data":"b"}']);
});

Deno.test("streams writes each message with a newline", () => {
  assertEquals(encode(streams, ["a", "ü"]), bytesOf("a\nü\n"));
});
