/**
 * Has members of rooms and of shared programs talk on two servers that are one by a Redis, behind a real HAProxy,
 * while something happens to one of them; and checks what everybody has heard. It needs redis-server and haproxy.
 *
 *     deno task storm --minutes=10                 everything in turn, with another seed each time
 *     deno task storm --seed=7 --only=emptied      what has that in its name, beginning with a seed
 *
 * Prints a line for each, and what was wrong. The exit code is 1 where anything was.
 *
 * @module
 */

// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { type Fault, FAULTS } from "../tests/support/cluster/faults.ts";
import { type Place, PLACES, Site } from "../tests/support/cluster/site.ts";

const EACH = 150;

async function main(args: readonly string[]): Promise<number> {
  const { minutes = "10", seed = "1", only = "" } = parseArgs([...args], {
    string: ["minutes", "seed", "only"],
  }) as { minutes?: string; seed?: string; only?: string };
  const all = (Object.keys(PLACES) as Place[]).flatMap((place) =>
    Object.entries(FAULTS as Readonly<Record<string, Fault>>).map(([what, fault]) => {
      return { place, title: `${place}: ${what}`, fault };
    })
  ).filter(({ title }) => title.includes(only));
  if (all.length === 0 || !(Number(minutes) > 0) || !(Number(seed) >= 0)) {
    await say("Cannot storm: expected --minutes=N --seed=N --only=PART_OF_A_NAME");
    return 2;
  }
  const end = performance.now() + 60_000 * Number(minutes);
  let wrong = 0;
  for (let now = Number(seed); performance.now() < end; now++) {
    for (const { place, title, fault } of all) {
      if (performance.now() > end) break;
      const found = await tryOne(place, fault, now).catch((error) => [String(error)]);
      wrong += found.length;
      await say(`seed ${now}, ${title}: ${found.length === 0 ? "right" : "WRONG"}`);
      for (const fault of found) await say(`    ${fault}`);
    }
  }
  return wrong > 0 ? 1 : 0;
}

async function tryOne(place: Place, fault: Fault, seed: number): Promise<readonly string[]> {
  const { redis, run } = fault;
  await using site = await Site.start({ form: "node", place, seed, ...(redis && { redis }) });
  await site.gathering.talk(EACH, () => run(site));
  return await site.verdict(fault);
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
