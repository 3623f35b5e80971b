/**
 * Writes the tables of the documentation that are made from the code: of the options, of their
 * short forms, of the handlers, and of what strangers can find open.
 *
 *     deno run -A scripts/tables.ts
 *
 * @module
 */

import { flagTable } from "../lib/cli/flag_table.ts";
import { handlerTable } from "../lib/cli/handler_table.ts";
import { pointTable } from "../lib/cli/point_table.ts";
import { shortTable } from "../lib/cli/short_table.ts";

/** Each table, and the page that has it, relative to the project. */
export const TABLES: readonly { readonly page: string; make(): string }[] = [
  { page: "lib/cli/README.md", make: flagTable },
  { page: "lib/cli/README.md", make: shortTable },
  { page: "lib/handlers/README.md", make: handlerTable },
  { page: "lib/gate/README.md", make: pointTable },
];

async function writeTables(): Promise<void> {
  for (const { page, make } of TABLES) {
    const path = new URL(`../${page}`, import.meta.url);
    const table = make();
    const [head = ""] = table.split("\n", 1);
    const text = (await Deno.readTextFile(path)).replace(
      /(<!-- deno-fmt-ignore-start -->\n)([^]*?)(<!-- deno-fmt-ignore-end -->)/g,
      (block, start, before, end) => before.startsWith(`${head}\n`) ? start + table + end : block,
    );
    await Deno.writeTextFile(path, text);
  }
}

if (import.meta.main) await writeTables();
