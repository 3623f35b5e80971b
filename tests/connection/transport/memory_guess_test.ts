import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK } from "../../../lib/base/limits.ts";
import { MemoryGuess } from "../../../lib/connection/transport/memory_guess.ts";

const HOUR = 3_600_000;

function guessing() {
  const system = { memory: 100_000_000, now: 0 };
  const guess = new MemoryGuess({ memory: () => system.memory, now: () => system.now });
  return { system, guess };
}

Deno.test("MemoryGuess takes nobody for behind while memory stays as it is", () => {
  const { system, guess } = guessing();
  for (let count = 0; count < 10_000; count++) {
    system.memory += count % 2 ? 1_000_000 : -1_000_000;
    assertEquals(guess.isBehind, false);
  }
});

Deno.test("MemoryGuess lets a client that never reads have less and less often what it holds", () => {
  const { system, guess } = guessing();
  let passed = 0;
  for (; system.now < 24 * HOUR; system.now += 500) {
    if (guess.isBehind) continue;
    passed++;
    system.memory += HIGH_WATER_MARK;
  }
  assert(passed < 25, `${passed} times in a day`);
});

Deno.test("MemoryGuess lets a client that reads go on soon, though others take memory", () => {
  const { system, guess } = guessing();
  let waited = 0;
  for (let round = 0; round < 100; round++) {
    // Every second time somebody else takes it.
    if (round % 2) system.memory += 10 * HIGH_WATER_MARK;
    for (; guess.isBehind; waited += 100) system.now += 100;
  }
  assertEquals(waited, 50 * 500);
});
