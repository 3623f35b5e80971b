import { assertEquals } from "@std/assert";
import { formatCount, formatSize, formatTime } from "../../lib/console/format.js";

const SIZES: [bytes: number, size: string][] = [
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [2 ** 20 - 1, "1.0 MiB"],
  [2 ** 20, "1.0 MiB"],
  [5 * 2 ** 40, "5120.0 GiB"],
];
for (const [bytes, size] of SIZES) {
  Deno.test(`formatSize() writes ${bytes} as ${size}`, () => assertEquals(formatSize(bytes), size));
}

Deno.test("formatCount() separates thousands", () => assertEquals(formatCount(10_000), "10,000"));

Deno.test("formatTime() is the local time to the millisecond", () => {
  assertEquals(formatTime(new Date(2025, 0, 1, 9, 5, 1, 7).getTime()), "09:05:01.007");
});
