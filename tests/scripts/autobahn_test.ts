import { assertEquals, assertThrows } from "@std/assert";
import { exceptionsIn, judge } from "../../scripts/autobahn/judge.ts";

const outcome = (behavior: string, behaviorClose = "OK") => ({ behavior, behaviorClose });
const OUTCOMES = new Map([
  ["1.1.1", outcome("OK")],
  ["6.4.1", outcome("NON-STRICT")],
  ["7.1.6", outcome("INFORMATIONAL", "INFORMATIONAL")],
  ["7.3.6", outcome("OK", "FAILED BY CLIENT")],
  ["9.1.6", outcome("FAILED", "WRONG CODE")],
  ["12.1.1", outcome("UNIMPLEMENTED")],
  ["12.1.2", outcome("UNIMPLEMENTED")],
]);

/** The list of what cannot pass, and what is not as it should be. */
const CASES: [what: string, list: string, found: string[]][] = [
  ["nothing", "", [
    "7.3.6: OK, its end FAILED BY CLIENT",
    "9.1.6: FAILED, its end WRONG CODE",
    "12.1.1: UNIMPLEMENTED, its end OK",
    "12.1.2: UNIMPLEMENTED, its end OK",
  ]],
  ["all that fails", "# Why\na 7.3.6 it cannot\n\na 9.1.6 why\n a 12.* no compression\n", []],
  ["those of another run", "b 7.3.6 why\nb 9.1.6 why\na 12.* why", [
    "7.3.6: OK, its end FAILED BY CLIENT",
    "9.1.6: FAILED, its end WRONG CODE",
  ]],
  ["one that passes", "a 1.1.1 why\na 7.3.6 why\na 9.* why\na 12.1.* why", [
    "1.1.1: passes, and is in the list of those that cannot",
  ]],
  ["one that is not there", "a 7.3.6 why\na 9.1.6 why\na 12.* why\na 13.* why", [
    "13.*: is in the list, and was not tried",
  ]],
];
for (const [what, list, found] of CASES) {
  Deno.test(`judge() finds what is not as it should be where the list names ${what}`, () => {
    assertEquals(judge("a", OUTCOMES, exceptionsIn(list)), found);
  });
}

Deno.test("exceptionsIn() refuses an exception without a reason", () => {
  assertThrows(() => exceptionsIn("a 7.3.6"), Error, 'Cannot read "a 7.3.6"');
});
