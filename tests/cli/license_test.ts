import { assertEquals } from "@std/assert";
import { LICENSE } from "../../lib/cli/license.ts";

Deno.test("LICENSE is what the file LICENSE says", async () => {
  const file = await Deno.readTextFile(new URL("../../LICENSE", import.meta.url));
  assertEquals(LICENSE, file);
});

Deno.test("LICENSE is the one that deno.json names", async () => {
  const project = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  const [first] = LICENSE.split("\n");
  assertEquals(first, `${JSON.parse(project).license} License`);
});
