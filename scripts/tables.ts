/**
 * Writes the tables of the documentation that are made from the code: of the options, and of the handlers.
 *
 *     deno run -A scripts/tables.ts
 *
 * @module
 */

import { handlerTable } from "../lib/cli/handler_table.ts";
import { flagTable } from "../lib/cli/help.ts";

/** Each table, and the page that has it, relative to the project. */
export const TABLES: readonly { readonly page: string; make(): string }[] = [
  { page: "lib/cli/README.md", make: flagTable },
  { page: "lib/handlers/README.md", make: handlerTable },
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
