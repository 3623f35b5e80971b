import { assertEquals } from "@std/assert";
import { FILES, PLACE } from "../../scripts/xterm.ts";

Deno.test("lib/console/terminal/xterm is as the packages have it (deno run -A scripts/xterm.ts)", async () => {
  const names = await Array.fromAsync(Deno.readDir(PLACE), ({ name }) => name);
  assertEquals(names.toSorted(), Object.keys(FILES).toSorted());
  for (const [name, text] of Object.entries(FILES)) {
    const same = await Deno.readTextFile(new URL(name, PLACE)) === text;
    assertEquals([name, same], [name, true]);
  }
});
