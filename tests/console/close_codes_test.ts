import { assertEquals } from "@std/assert";
import { checkClose, closeCodeName } from "../../lib/console/close_codes.js";

const NAMES: [code: number, name: string][] = [
  [1000, "Normal closure"],
  [1006, "Abnormal closure"],
  [1009, "Message too big"],
  [3000, "Registered code"],
  [4999, "Private code"],
  [1004, ""],
  [5000, ""],
];
for (const [code, name] of NAMES) {
  Deno.test(`closeCodeName() calls ${code} "${name}"`, () => {
    assertEquals(closeCodeName(code), name);
  });
}

const RANGE = "A page may close with code 1000 or 3000 to 4999";
const CLOSES: [code: number, reason: string, wrong: string][] = [
  [1000, "", ""],
  [3000, "bye", ""],
  [4999, "x".repeat(123), ""],
  [1001, "", RANGE],
  [2999, "", RANGE],
  [5000, "", RANGE],
  [3000.5, "", RANGE],
  [NaN, "", RANGE],
  [1000, "x".repeat(124), "The reason has 124 bytes: 123 are allowed"],
  [1000, "ü".repeat(62), "The reason has 124 bytes: 123 are allowed"],
];
for (const [code, reason, wrong] of CLOSES) {
  Deno.test(`checkClose() says "${wrong}" of ${code} with ${reason.length} characters`, () => {
    assertEquals(checkClose(code, reason), wrong);
  });
}
