/**
 * Tries random and broken input on the parts that read what others write, until something is found or all seeds
 * were tried. What has failed can be tried again by its seed, and its seed belongs to the cases of
 * `tests/fuzz/fuzzers.ts`.
 *
 *     deno task fuzz                                       a hundred thousand seeds each
 *     deno task fuzz --count=1000000 --only=frames,file    as many as that, of these
 *     deno task fuzz --count=1 --seed=1234 --only=talk     one of them
 *
 * @module
 */

// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { FUZZERS } from "../tests/fuzz/fuzzers.ts";
import { fuzzHeads } from "../tests/fuzz/heads.ts";

// A head costs a connection.
const HEADS_PART = 100;

const names = [...Object.keys(FUZZERS), "heads"];

/** Tries the seeds of one fuzzer; returns the number of them. */
async function tryAll(name: string, seed: number, count: number): Promise<number> {
  const fuzzer = FUZZERS[name];
  if (!fuzzer) {
    const seeds = Array.from({ length: Math.ceil(count / HEADS_PART) }, (_, more) => seed + more);
    for (const form of ["node", "deno run"] as const) await fuzzHeads(form, seeds);
    return 2 * seeds.length;
  }
  for (let current = seed; current < seed + count; current++) {
    try {
      await fuzzer.fuzz(current);
    } catch (error) {
      throw new Error(`--only=${name} --count=1 --seed=${current}`, { cause: error });
    }
    // What a part leaves for the next turn must not pile up.
    if (current % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return count;
}

/** Reads the options and tries; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { count = "100000", seed = "0", only } = parseArgs([...args], {
    string: ["count", "seed", "only"],
  });
  let code = 0;
  for (const name of typeof only === "string" ? only.split(",") : names) {
    if (!names.includes(name)) {
      await say(`Cannot try "${name}": there is ${names.join(", ")}`);
      return 2;
    }
    const start = performance.now();
    try {
      const tried = await tryAll(name, Number(seed), Number(count));
      await say(`${name}: ${tried} seeds, ${Math.round((performance.now() - start) / 1000)} s`);
    } catch (error) {
      await say(Deno.inspect(error));
      code = 1;
    }
  }
  return code;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
