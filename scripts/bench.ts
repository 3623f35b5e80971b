/**
 * Compares stdws with websocketd and with plain Deno, the control, on the same work in one run.
 *
 *     deno task bench                          everything, five rounds: some minutes
 *     deno task bench --quick --only=drain     a rough look at one item
 *     deno task bench --tree=../before         compares with another stdws, in the same run
 *
 * The ratio of medians to the other servers of the same run is what counts, never a time by itself:
 * that is the machine's. Nothing here passes or fails; the exit code is 0 unless something broke.
 *
 * @module
 */
import { compare } from "./bench/compare.ts";
import { contestants } from "./bench/contestants.ts";
import { isInstalled } from "./bench/is_installed.ts";
import { items as allItems } from "./bench/items.ts";
import { type Options, parseOptions } from "./bench/options.ts";
import { report } from "./bench/report.ts";
import { table } from "./bench/table.ts";

const SERVERS = contestants().map(({ name }) => name);
const KNOWN = {
  items: allItems.map(({ name }) => name),
  servers: SERVERS,
  based: contestants({ tree: "." }).map(({ name }) => name).filter((it) => !SERVERS.includes(it)),
};

const USAGE = `Usage: deno task bench [options]
  --quick          small sizes and 2 rounds, for a rough look
  --rounds=N       how often everybody does each item (5)
  --only=LIST      some of ${KNOWN.items.join(",")}
  --servers=LIST   some of ${KNOWN.servers.join(",")}
  --binary=PATH    measure a compiled stdws
  --workers=N,M    measure stdws with so many workers as well, as workers-N and workers-M
  --tree=DIR       measure the stdws in DIR as well, as ${KNOWN.based.join(" and ")}
  --json           print JSON instead of a table`;

/** Reads the options, measures, prints the result; returns the exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args, KNOWN);
  } catch (error) {
    say(Deno.stderr, `${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    say(Deno.stdout, USAGE);
    return 0;
  }
  const { rounds, quick, json } = options;
  const items = allItems.filter(({ name }) => options.only.includes(name));
  const chosen = contestants(options).filter(({ name }) => options.servers.includes(name));
  const present = chosen.filter(isInstalled);
  const absent = chosen.filter((contestant) => !present.includes(contestant));
  if (absent.some(({ name }) => name === "stdws")) {
    say(Deno.stderr, `Cannot start "${options.binary}": there is no such program`);
    return 2;
  }
  if (options.tree !== undefined && !isFile(`${options.tree}/main.ts`)) {
    say(Deno.stderr, `Cannot start "${options.tree}/main.ts": there is no such file`);
    return 2;
  }
  const notes = absent.map(({ name }) => `${name} is left out: it is not in PATH`);
  for (const note of notes) say(Deno.stderr, note);

  const size = quick ? "quick" : "full";
  const progress = (line: string) => say(Deno.stderr, line);
  const comparison = { items, contestants: present, rounds, size, progress, signal } as const;
  const { samples, failures } = await compare(comparison);

  const rows = report(items, samples);
  const names = present.map(({ name }) => name);
  const { os, arch } = Deno.build;
  const machine = { deno: Deno.version.deno, os, arch, cpus: navigator.hardwareConcurrency };
  if (json) {
    const result = { date: new Date().toISOString(), machine, size, rounds, notes, rows, failures };
    say(Deno.stdout, JSON.stringify(result, undefined, 2));
  } else {
    const title = `Medians of ${rounds} rounds (${size}), Deno ${machine.deno}, ${os} ${arch}, ` +
      `${machine.cpus} processors`;
    say(
      Deno.stdout,
      [title, "", ...table(rows, names), "", ...notes, ...failures].join("\n").trim(),
    );
  }
  return failures.length === 0 ? 0 : 1;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function say(to: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}

if (import.meta.main) {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupt.abort(new Error(`Interrupted by ${name}`)));
  }
  try {
    Deno.exit(await main(Deno.args, interrupt.signal));
  } catch (error) {
    say(Deno.stderr, error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
