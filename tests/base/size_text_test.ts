import { assertEquals } from "@std/assert";
import { sizeText } from "../../lib/base/size_text.ts";

Deno.test("sizeText() takes the largest unit in which a size is a whole number", () => {
  const sizes: [bytes: number, text: string][] = [
    [0, "0"],
    [1, "1"],
    [1023, "1023"],
    [1024, "1K"],
    [1025, "1025"],
    [64 * 1024 ** 2, "64M"],
    [1536 * 1024 ** 2, "1536M"],
    [3 * 1024 ** 4, "3072G"],
  ];
  for (const [bytes, text] of sizes) assertEquals(sizeText(bytes), text);
});
