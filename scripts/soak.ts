/**
 * Mixes at random whatever may stop the server, make it leak or make it lose something, on both engines at once,
 * while clients that do nothing wrong count each message and look at its order.
 *
 *     deno task soak --minutes=10              both engines, ten minutes
 *     deno task soak --seed=1234               the same choice of attacks again
 *     deno task soak --only=flood --engine=node    attacks with that in their names
 *
 * Prints what was done and how long a quiet client has waited at most. The exit code is 1 where anything was wrong,
 * and the last lines say what.
 *
 * @module
 */

// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { ATTACKS } from "./soak/attacks.ts";
import type { EngineName } from "./soak/site.ts";
import { soak, type Soaked } from "./soak/soak.ts";

const ENGINES: readonly EngineName[] = ["node", "native"];

/** Reads the options, soaks, and prints; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { minutes = "2", seed = `${Math.floor(2 ** 31 * Math.random())}`, engine, only } =
    parseArgs([...args], { string: ["minutes", "seed", "engine", "only"] });
  const attacks = Object.keys(ATTACKS).filter((name) => name.includes(`${only ?? ""}`));
  const engines = ENGINES.filter((name) => engine === undefined || engine === name);
  if (attacks.length === 0 || engines.length === 0 || !(Number(minutes) > 0)) {
    await say(
      "Cannot soak: expected --minutes=N --seed=N --engine=node|native --only=PART_OF_A_NAME",
    );
    return 2;
  }
  await say(`Seed ${seed}, ${minutes} min on ${engines.join(" and ")}`);
  const options = { seed: Number(seed), minutes: Number(minutes), only: attacks };
  const soaked = await Promise.all(engines.map((name) => soak(name, options)));
  await say(table(soaked));
  const violations = soaked.flatMap((it) =>
    it.tally.violations.map((violation) => `${it.engine}: ${violation}`)
  );
  await say(violations.length > 0 ? violations.join("\n") : "Nothing was wrong");
  return violations.length > 0 ? 1 : 0;
}

function table(soaked: readonly Soaked[]): string {
  const row = (name: string, figure: (of: Soaked) => string) =>
    name.padEnd(45) + soaked.map((it) => figure(it).padStart(14)).join("");
  return [
    row("", ({ engine }) => engine),
    ...Object.keys(ATTACKS).map((name) =>
      row(name, ({ tally }) => String(tally.actions.get(name) ?? 0))
    ),
    row(
      "messages and answers that were checked",
      ({ tally }) => tally.checked.toLocaleString("en"),
    ),
    row("longest wait of a quiet client", ({ tally }) => `${Math.round(tally.longestWait)} ms`),
    row("peak of memory", ({ peak }) => `${Math.round(peak / 2 ** 20)} MiB`),
  ].join("\n");
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
