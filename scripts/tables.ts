/**
 * Writes the tables of the README that are made from the code: of the options, and of the handlers.
 *
 * @module
 */

import { handlerTable } from "../lib/cli/handler_table.ts";
import { flagTable } from "../lib/cli/help.ts";

const readme = new URL("../README.md", import.meta.url);
let text = await Deno.readTextFile(readme);
for (const table of [flagTable(), handlerTable()]) {
  const [head = ""] = table.split("\n", 1);
  text = text.replace(
    /(<!-- deno-fmt-ignore-start -->\n)([^]*?)(<!-- deno-fmt-ignore-end -->)/g,
    (block, start, before, end) => before.startsWith(`${head}\n`) ? start + table + end : block,
  );
}
await Deno.writeTextFile(readme, text);
