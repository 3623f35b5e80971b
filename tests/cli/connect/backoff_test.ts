import { assertEquals } from "@std/assert";
import { backoff } from "../../../lib/cli/connect/backoff.ts";

const WAITS: [attempt: number, least: number, most: number][] = [
  [1, 250, 500],
  [2, 500, 1_000],
  [3, 1_000, 2_000],
  [7, 15_000, 30_000],
  [8, 15_000, 30_000],
  [5_000, 15_000, 30_000],
];
for (const [attempt, least, most] of WAITS) {
  Deno.test(`backoff() waits from ${least} to ${most} ms before attempt ${attempt}`, () => {
    assertEquals([backoff(attempt, 0), backoff(attempt, 1)], [least, most]);
  });
}
