import { FUZZERS } from "./fuzzers.ts";

// Some seconds for all of them; `deno task fuzz` tries more.
const SEEDS = 5_000;

for (const [name, { proves, fuzz, cases = [] }] of Object.entries(FUZZERS)) {
  Deno.test(proves, async () => {
    const seeds = [...Array.from({ length: SEEDS }, (_, seed) => seed), ...cases];
    for (const seed of seeds) {
      try {
        await fuzz(seed);
      } catch (error) {
        throw new Error(`deno task fuzz --only=${name} --count=1 --seed=${seed}`, { cause: error });
      }
    }
  });
}
