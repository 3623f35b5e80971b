import { assertEquals } from "@std/assert";
import { Metrics } from "../../lib/admin/metrics.ts";
import { ROOT } from "../support/server.ts";

Deno.test("lib/admin/README.md names all metrics, and no others", async () => {
  const page = await Deno.readTextFile(`${ROOT}lib/admin/README.md`);
  const rows = page.split("\n").filter((line) => /^\| `(stdws|process)_/.test(line));
  const names = rows.flatMap((row) => row.split("|")[1]?.match(/\w+/g) ?? []);
  const text = await new Metrics("node").text({ connections: [], ready: true });
  const types = Array.from(text.matchAll(/^# TYPE (\w+)/gm), ([, name = ""]) => name);
  assertEquals(names.toSorted(), types.toSorted());
});
