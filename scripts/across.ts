/**
 * Measures rooms and shared programs across two servers that a Redis joins, beside those of one server, and beside
 * Socket.IO with its Redis adapter and Centrifugo.
 *
 *     deno task across                         all of it, five rounds
 *     deno task across --quick --servers=stdws a rough look at some
 *
 * It needs redis-server. Socket.IO is installed by npm into a folder that is deleted again; Centrifugo is the program
 * that the variable CENTRIFUGO names, or `centrifugo` in PATH (go install github.com/centrifugal/centrifugo/v6@latest).
 * What is missing is left out. The ratios of one run on a quiet machine count.
 *
 * @module
 */

// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { Folder } from "../tests/support/folder.ts";
import { Redis } from "../tests/support/redis.ts";
import { type Figures, measure } from "./bench/across/measure.ts";
import { Running, type Setup, setups } from "./bench/across/setups.ts";
import { percentile } from "./bench/percentile.ts";

const WORK = {
  full: { guests: 100, messages: 5_000, single: 500 },
  quick: { guests: 20, messages: 1_000, single: 100 },
};

/** Reads the options, measures, prints a table; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { quick, rounds, servers, _: rest } = parseArgs([...args], {
    boolean: ["quick"],
    string: ["rounds", "servers"],
  }) as unknown as { quick: boolean; rounds?: string; servers?: string; _: readonly unknown[] };
  const count = Number(rounds ?? (quick ? 1 : 5));
  const names = servers?.split(",");
  const chosen = setups().filter(({ name }) => !names || names.includes(name));
  if (rest.length > 0 || !(count > 0) || chosen.length === 0) {
    await say("Cannot measure: expected --quick --rounds=N --servers=stdws,socket.io,centrifugo");
    return 2;
  }
  await using redis = await Redis.start();
  await using folder = await Folder.make();
  const work = WORK[quick ? "quick" : "full"];
  const found = new Map<Setup, Figures[]>();
  const failures: string[] = [];
  const prepared = new Set<Setup["prepare"]>();
  for (let round = 0; round < count; round++) {
    for (const setup of chosen) {
      const title = titleOf(setup);
      if (failures.some((failure) => failure.startsWith(`${title}: `))) continue;
      try {
        if (setup.prepare && !prepared.has(setup.prepare)) await setup.prepare(folder.path);
        prepared.add(setup.prepare);
        await using running = await Running.start(setup, redis.url, folder.path);
        const figures = await measure(running.ports, setup.dialect, work);
        found.set(setup, [...found.get(setup) ?? [], figures]);
      } catch (error) {
        failures.push(`${title}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  await say(
    `Medians of ${count} rounds, ${work.guests} clients, ${work.messages} messages of 32 bytes, ` +
      `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors`,
  );
  await say(row("", "deliveries/s", "delay p50", "delay p99"));
  for (const [setup, all] of found) {
    const median = (of: (figures: Figures) => number) => percentile(all.map(of), 0.5);
    await say(row(
      titleOf(setup),
      Math.round(median(({ deliveries }) => deliveries)).toLocaleString("en"),
      `${median(({ p50 }) => p50).toFixed(2)} ms`,
      `${median(({ p99 }) => p99).toFixed(2)} ms`,
    ));
  }
  for (const failure of failures) await say(`Left out: ${failure}`);
  return found.size > 0 ? 0 : 1;
}

function titleOf({ name, place, servers }: Setup): string {
  return `${place}, ${name}, ${servers} server${servers > 1 ? "s" : ""}`;
}

function row(title: string, ...figures: readonly string[]): string {
  return title.padEnd(32) + figures.map((figure) => figure.padStart(14)).join("");
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
