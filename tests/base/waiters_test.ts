import { assertEquals } from "@std/assert";
import { Waiters } from "../../lib/base/waiters.ts";

Deno.test("Waiters.wake() wakes those for whom little enough is left, and no others", async () => {
  let amount = 10;
  const waiters = new Waiters(() => amount);
  const woken: number[] = [];
  const wait = async (most: number) => {
    await waiters.wait(most);
    woken.push(most);
  };
  const all = [5, 0, 7, 5].map(wait);
  await wait(10);
  const steps: [left: number, woken: number[]][] = [[8, []], [6, [7]], [5, [5, 5]], [3, []], [0, [
    0,
  ]]];
  for (const [left, expected] of steps) {
    woken.length = 0;
    amount = left;
    waiters.wake();
    await Promise.resolve();
    assertEquals(woken, expected, `at ${left}`);
  }
  await Promise.all(all);
});
