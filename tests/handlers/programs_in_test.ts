import { assertEquals } from "@std/assert";
import { programsIn } from "../../lib/handlers/programs_in.ts";
import { Scripts } from "../support/scripts.ts";

Deno.test("programsIn() finds what can be run at every depth, and goes round in no circle", async () => {
  await using scripts = await Scripts.write({ a: "", "b/c": "", "b/d/e": "" });
  const { folder } = scripts;
  await scripts.add("data", "", 0o644);
  await Deno.symlink(folder, `${folder}/b/circle`);
  await Deno.symlink("nowhere", `${folder}/nothing`);
  await Deno.symlink("a", `${folder}/link`);
  const names = ["a", "b/c", "b/d/e", "link"].map((name) => `${folder}/${name}`);
  assertEquals(programsIn(folder)?.toSorted(), names);
});

Deno.test("programsIn() gives up where there are too many", async () => {
  await using scripts = await Scripts.write({});
  for (let index = 0; index <= 256; index++) await scripts.add(`${index}`, "");
  assertEquals(programsIn(scripts.folder), undefined);
});
