/**
 * Runs the tests of `tests/abuse` and prints their figures as a table: what was tried on the server, and what it
 * cost whom. The figures are the machine's; what has to hold on any machine is asserted by the tests.
 *
 *     deno task abuse              everything: some minutes
 *     deno task abuse reset        the files whose names have that in them
 *     deno task abuse --write      writes tables into tests/abuse/README.md and README.md as well
 *
 * @module
 */

import type { AbuseRecord, EngineName } from "../tests/abuse/abuse.ts";

const ROOT = new URL("../", import.meta.url);
const ENGINES = ["node", "native"] as const;

/** The attacks of one file. */
export interface Attacks {
  /** The file's name without its end: the kind of attack. */
  readonly kind: string;
  readonly records: readonly AbuseRecord[];
}

/** The table in Markdown with a line for each attack. */
export function fullTable(attacks: readonly Attacks[]): string {
  const lines = attacks.flatMap(({ records }) =>
    [...new Set(records.map(({ name }) => name))].map((name) => {
      const cells = ENGINES.map((engine) =>
        describe(records.filter((it) => it.name === name && it.engine === engine))
      );
      return [name, ...cells];
    })
  );
  return markdown(["what", ...ENGINES], lines);
}

/** The table in Markdown with a line for each kind of attack: the worst of all of that kind. */
export function shortTable(attacks: readonly Attacks[]): string {
  const lines = attacks.map(({ kind, records }) => {
    const count = new Set(records.map(({ name }) => name)).size;
    const cells = ENGINES.map((engine) => worst(records, engine));
    return [kind.replaceAll("_", " "), `${count}`, ...cells];
  });
  return markdown(["kind", "attacks", ...ENGINES], lines);
}

function worst(records: readonly AbuseRecord[], engine: EngineName): string {
  const own = records.filter((it) => it.engine === engine);
  const most = (name: "longestWait" | "peak") => {
    const values = own.map((it) => it[name]).filter((value) => value !== undefined);
    return values.length > 0 ? { [name]: Math.max(...values) } : {};
  };
  if (own.length === 0) return "–";
  return describe([{ name: "", engine, ...most("longestWait"), ...most("peak") }]);
}

function describe([record]: readonly AbuseRecord[]): string {
  if (!record) return "–";
  const { longestWait, peak, counted, descriptors, processes } = record;
  return [
    longestWait === undefined ? "" : `longest wait ${Math.round(longestWait)} ms`,
    peak === undefined ? "" : `peak ${Math.round(peak / 2 ** 20)} MiB`,
    counted === undefined ? "" : `${counted.toLocaleString("en")} counted`,
    descriptors === undefined ? "" : `${descriptors} descriptors, ${processes} processes left`,
  ].filter((part) => part !== "").join("; ") || "holds";
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join(
    "",
  );
}

/** Runs the tests and prints the table; the exit code is that of the tests. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const kinds: string[] = [];
  for await (const { name } of Deno.readDir(new URL("tests/abuse/", ROOT))) {
    if (!name.endsWith("_test.ts")) continue;
    if (names.length > 0 && !names.some((part) => name.includes(part))) continue;
    kinds.push(name.replace("_test.ts", ""));
  }
  const attacks: Attacks[] = [];
  let code = 0;
  for (const kind of kinds.sort()) {
    const { records, status } = await run(kind);
    attacks.push({ kind, records });
    code ||= status.code;
  }
  await Deno.stdout.write(new TextEncoder().encode(`\n${fullTable(attacks)}`));
  if (!args.includes("--write")) return code;
  await write("tests/abuse/README.md", fullTable(attacks));
  await write("README.md", shortTable(attacks));
  return code;
}

async function run(
  kind: string,
): Promise<Pick<Attacks, "records"> & { status: Deno.CommandStatus }> {
  const file = await Deno.makeTempFile();
  try {
    const status = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `tests/abuse/${kind}_test.ts`],
      cwd: ROOT,
      env: { ABUSE_RECORDS: file },
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    const lines = (await Deno.readTextFile(file)).split("\n").filter(Boolean);
    return { status, records: lines.map((line) => JSON.parse(line)) };
  } finally {
    await Deno.remove(file);
  }
}

/** Writes a table into a page, in place of the one between its marks. */
async function write(page: string, table: string): Promise<void> {
  const path = new URL(page, ROOT);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    text.replace(
      /(<!-- abuse -->\n)[^]*?(<!-- deno-fmt-ignore-end -->)/,
      (_, start, end) => start + table + end,
    ),
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
