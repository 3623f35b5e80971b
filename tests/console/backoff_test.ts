import { assertEquals } from "@std/assert";
import { backoff } from "../../lib/console/backoff.js";

const CASES: [attempt: number, chance: number, ms: number][] = [
  [1, 0, 500],
  [1, 1, 1_000],
  [2, 1, 2_000],
  [3, 0.5, 3_000],
  [5, 1, 16_000],
  [6, 1, 30_000],
  [6, 0, 15_000],
  [2000, 1, 30_000],
];
for (const [attempt, chance, ms] of CASES) {
  Deno.test(`backoff() waits ${ms} ms before attempt ${attempt} at chance ${chance}`, () => {
    assertEquals(backoff(attempt, chance), ms);
  });
}

Deno.test("backoff() leaves half of the time to chance", () => {
  const waits = Array.from({ length: 50 }, () => backoff(3));
  assertEquals(waits.filter((ms) => ms < 2_000 || ms > 4_000), []);
  assertEquals(new Set(waits).size > 1, true);
});
