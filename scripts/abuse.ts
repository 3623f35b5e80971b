/**
 * Runs the tests of `tests/abuse` and prints their figures as a table: what was tried on the server, and what it
 * cost whom. The figures are the machine's; what has to hold on any machine is asserted by the tests.
 *
 *     deno task abuse              everything: some minutes
 *     deno task abuse reset        the files whose names have that in them
 *     deno task abuse --write      writes the table into tests/abuse/README.md as well
 *
 * @module
 */

import type { AbuseRecord } from "../tests/abuse/abuse.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("tests/abuse/README.md", ROOT);

/** The lines of the table in Markdown, one for each attack. */
export function abuseTable(records: readonly AbuseRecord[]): string {
  const names = [...new Set(records.map(({ name }) => name))];
  const rows = names.map((name) => {
    const cells = (["node", "native"] as const).map((engine) => {
      const found = records.find((record) => record.name === name && record.engine === engine);
      return found ? describe(found) : "–";
    });
    return `| ${name} | ${cells.join(" | ")} |\n`;
  });
  return `| what | node | native |\n| --- | --- | --- |\n${rows.join("")}`;
}

function describe({ longestWait, peak, counted, descriptors, processes }: AbuseRecord): string {
  return [
    longestWait === undefined ? "" : `longest wait ${Math.round(longestWait)} ms`,
    peak === undefined ? "" : `peak ${Math.round(peak / 2 ** 20)} MiB`,
    counted === undefined ? "" : `${counted.toLocaleString("en")} counted`,
    descriptors === undefined ? "" : `${descriptors} descriptors, ${processes} processes left`,
  ].filter((part) => part !== "").join("; ") || "holds";
}

/** Runs the tests and prints the table; the exit code is that of the tests. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("tests/abuse/", ROOT))) {
    if (!name.endsWith("_test.ts")) continue;
    if (names.length > 0 && !names.some((part) => name.includes(part))) continue;
    files.push(`tests/abuse/${name}`);
  }
  const records = await Deno.makeTempFile();
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", ...files.sort()],
      cwd: ROOT,
      env: { ABUSE_RECORDS: records },
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    const text = await Deno.readTextFile(records);
    const table = abuseTable(text.split("\n").filter(Boolean).map((line) => JSON.parse(line)));
    await Deno.stdout.write(new TextEncoder().encode(`\n${table}`));
    if (args.includes("--write")) await write(table);
    return code;
  } finally {
    await Deno.remove(records);
  }
}

async function write(table: string): Promise<void> {
  const text = await Deno.readTextFile(PAGE);
  await Deno.writeTextFile(
    PAGE,
    text.replace(
      /(<!-- deno-fmt-ignore-start -->\n)[^]*?(<!-- deno-fmt-ignore-end -->)/,
      (_, start, end) => start + table + end,
    ),
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
