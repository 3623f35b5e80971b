/**
 * Simulates rooms of many servers: their real codec, hub and local engine, on a network and a clock that cost no time.
 *
 *     deno run -A scripts/simulate_hub.ts             # the tables of lib/hub/README.md
 *     deno run -A scripts/simulate_hub.ts --write     # writes them there
 *     deno run -A scripts/simulate_hub.ts --measure   # what one operation costs on this machine
 *
 * @module
 */

import { faults, manyRooms, oneRoom } from "./simulate/hub_tables.ts";
import { measure } from "./simulate/measure.ts";

const PAGE = new URL("../lib/hub/README.md", import.meta.url);

/** Makes all tables of the page, in their order. */
export async function hubTables(): Promise<readonly string[]> {
  const made = [await oneRoom(), await manyRooms(), await faults()];
  return made.map(({ text }) => text);
}

async function write(): Promise<void> {
  const tables = [...await hubTables()];
  const page = await Deno.readTextFile(PAGE);
  const text = page.replace(
    /(<!-- deno-fmt-ignore-start -->\n)[^]*?(<!-- deno-fmt-ignore-end -->)/g,
    (_, start, end) => start + tables.shift() + end,
  );
  await Deno.writeTextFile(PAGE, text);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const [word] = Deno.args;
  if (word === "--write") await write();
  else if (word === "--measure") print(JSON.stringify(await measure()));
  else print((await hubTables()).join("\n"));
}
