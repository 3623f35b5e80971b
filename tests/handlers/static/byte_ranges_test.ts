import { assertEquals } from "@std/assert";
import { MAX_RANGES, parseRanges } from "../../../lib/handlers/static/byte_ranges.ts";

const GiB = 2 ** 30;

const READ: [header: string, size: number, ranges: [start: number, length: number][]][] = [
  ["bytes=0-0", 10, [[0, 1]]],
  ["bytes=0-9", 10, [[0, 10]]],
  ["bytes=3-5", 10, [[3, 3]]],
  ["bytes=9-", 10, [[9, 1]]],
  ["bytes=0-", 10, [[0, 10]]],
  ["bytes=5-1000", 10, [[5, 5]]],
  ["bytes=-1", 10, [[9, 1]]],
  ["bytes=-10", 10, [[0, 10]]],
  // RFC 9110 §14.1.2: all of it, where it is shorter.
  ["bytes=-500", 10, [[0, 10]]],
  ["bytes=-99999999999999999999999", 10, [[0, 10]]],
  ["BYTES=3-5", 10, [[3, 3]]],
  ["bytes=0-1,4-5", 10, [[0, 2], [4, 2]]],
  ["bytes=4-5,0-1", 10, [[4, 2], [0, 2]]],
  ["bytes= 0-1 ,\t4-5 ", 10, [[0, 2], [4, 2]]],
  ["bytes=,0-1,,4-5,", 10, [[0, 2], [4, 2]]],
  ["bytes=0-1,-2", 10, [[0, 2], [8, 2]]],
  ["bytes=0-1,10-", 10, [[0, 2]]],
  ["bytes=0-4,3-7", 10, [[0, 5], [3, 5]]],
  [`bytes=${5 * GiB}-${5 * GiB + 1}`, 6 * GiB, [[5 * GiB, 2]]],
  [`bytes=-${5 * GiB}`, 6 * GiB, [[GiB, 5 * GiB]]],
  // Nothing of it is there.
  ["bytes=10-", 10, []],
  ["bytes=10-20", 10, []],
  ["bytes=-0", 10, []],
  ["bytes=10-,20-30", 10, []],
  [`bytes=${"9".repeat(400)}-`, 10, []],
];
for (const [header, size, ranges] of READ) {
  const name = header.slice(0, 40);
  Deno.test(`parseRanges() reads "${name}" of ${size} as ${JSON.stringify(ranges)}`, () => {
    assertEquals(parseRanges(header, size), ranges.map(([start, length]) => ({ start, length })));
  });
}

const IGNORED: [header: string, size: number][] = [
  ["", 10],
  ["bytes", 10],
  ["bytes=", 10],
  ["bytes=,", 10],
  ["bytes=-", 10],
  ["bytes=a-b", 10],
  ["bytes=0-b", 10],
  ["bytes=0", 10],
  ["bytes=5-3", 10],
  ["bytes=20-15", 10],
  ["bytes=0-1,5-3", 10],
  ["bytes=0-1,x", 10],
  ["bytes=--1", 10],
  ["bytes=-1-2", 10],
  ["bytes=+1-2", 10],
  ["bytes=1.5-2", 10],
  ["bytes=0x1-0x2", 10],
  ["bytes=1e1-", 100],
  ["bytes=0 - 1", 10],
  ["bytes:0-1", 10],
  ["items=0-1", 10],
  ["bytes=0-0", 0],
  ["bytes=-5", 0],
  ["bytes=٣-٥", 10],
];
for (const [header, size] of IGNORED) {
  Deno.test(`parseRanges() does not hear "${header}" for ${size} bytes`, () => {
    assertEquals(parseRanges(header, size), undefined);
  });
}

Deno.test("parseRanges() does not hear ranges that are more than the file together", () => {
  assertEquals(parseRanges("bytes=0-,0-", 10), undefined);
  assertEquals(parseRanges("bytes=0-5,0-5", 10), undefined);
  assertEquals(parseRanges("bytes=0-5,6-9", 10)?.length, 2);
});

Deno.test("parseRanges() does not hear more ranges than anybody needs", () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, at) => `${2 * at}-${2 * at}`);
  assertEquals(parseRanges(`bytes=${ranges(MAX_RANGES)}`, 1_000)?.length, MAX_RANGES);
  assertEquals(parseRanges(`bytes=${ranges(MAX_RANGES + 1)}`, 1_000), undefined);
  assertEquals(parseRanges(`bytes=${ranges(100_000)}`, 1_000_000), undefined);
});
