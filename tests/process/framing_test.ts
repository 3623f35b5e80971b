import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { MAX_LINE } from "../../lib/base/limits.ts";
import { LineSplitter, LineTooLongError } from "../../lib/process/framing.ts";

const encoder = new TextEncoder();

/** The lines of a stream that comes in these chunks, all of them in the same memory. */
function split(chunks: Iterable<Uint8Array>): { lines: string[]; ended: number } {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  let ended = 0;
  for (const chunk of chunks) {
    const reused = chunk.slice();
    ended += splitter.push(reused);
    reused.fill(0x2a);
  }
  assertEquals(ended, lines.length, "push() counts the lines that ended");
  splitter.end();
  return { lines, ended };
}

/** Pieces of `size` bytes. */
function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

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
];
for (const [stream, lines] of STREAMS) {
  const bytes = typeof stream === "string" ? encoder.encode(stream) : Uint8Array.from(stream);
  Deno.test(`LineSplitter finds ${JSON.stringify(lines)} however ${JSON.stringify(stream)} comes`, () => {
    for (let size = 1; size <= Math.max(1, bytes.length); size++) {
      assertEquals(split(pieces(bytes, size)).lines, lines, `in chunks of ${size}`);
    }
    for (let cut = 1; cut < bytes.length; cut++) {
      assertEquals(split([bytes.subarray(0, cut), bytes.subarray(cut)]).lines, lines, `at ${cut}`);
    }
  });
}

Deno.test("LineSplitter counts only the lines that have ended", () => {
  assertEquals(split([encoder.encode("a\nb\nc")]), { lines: ["a", "b", "c"], ended: 2 });
});

Deno.test("LineSplitter.end() gives the unterminated line once", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.push(encoder.encode("a"));
  splitter.end();
  splitter.end();
  assertEquals(lines, ["a"]);
});

Deno.test("LineSplitter passes a line as long as the limit", () => {
  const long = new Uint8Array(MAX_LINE).fill(0x78);
  const { lines } = split([...pieces(long, 65536), encoder.encode("\nnext\n")]);
  assertEquals(lines.map((line) => line.length), [MAX_LINE, 4]);
});

const TOO_LONG: [how: string, rest: number, chunk: Uint8Array][] = [
  ["without an end", MAX_LINE, encoder.encode("x")],
  ["whose end comes with it", MAX_LINE, encoder.encode("x\n")],
  ["whose end comes with the next line", MAX_LINE - 1, encoder.encode("xx\nnext\n")],
  ["that comes at once", 0, new Uint8Array(MAX_LINE + 1).fill(0x78)],
];
for (const [how, rest, chunk] of TOO_LONG) {
  Deno.test(`LineSplitter refuses a line over the limit ${how}`, () => {
    const splitter = new LineSplitter(() => {});
    splitter.push(new Uint8Array(rest).fill(0x78));
    assertThrows(() => splitter.push(chunk), LineTooLongError, `longer than ${MAX_LINE} bytes`);
  });
}

Deno.test("LineSplitter gives the lines that came before one over the limit", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const chunk = new Uint8Array(MAX_LINE + 10).fill(0x78);
  chunk[1] = 0x0a;
  assertThrows(() => splitter.push(chunk), LineTooLongError);
  assertEquals(lines, ["x"]);
});

Deno.test("LineSplitter keeps a line that comes byte by byte in little more than its length", () => {
  const splitter = new LineSplitter(() => {});
  const byte = encoder.encode("x");
  const before = Deno.memoryUsage().rss;
  for (let count = 0; count < 1_000_000; count++) splitter.push(byte);
  assertLess(Deno.memoryUsage().rss - before, 64 * 1024 * 1024);
  splitter.end();
});
