import { assertEquals } from "@std/assert";
import { Metrics } from "../../lib/admin/metrics.ts";
import { textOfAll } from "../../lib/admin/metrics_of_all.ts";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import { ROOT } from "../support/server.ts";

Deno.test("lib/admin/README.md names all metrics, and no others", async () => {
  const page = await Deno.readTextFile(`${ROOT}lib/admin/README.md`);
  const rows = page.split("\n").filter((line) => /^\| `(stdws|process)_/.test(line));
  const names = rows.flatMap((row) => row.split("|")[1]?.match(/\w+/g) ?? []);
  await using buses = new MemoryBuses();
  const metrics = await new Metrics("node", buses.join()).data({ connections: [], ready: true });
  const text = await textOfAll([{ worker: 1, pid: 1, isRetired: false, metrics }], []);
  const types = Array.from(text.matchAll(/^# TYPE (\w+)/gm), ([, name = ""]) => name);
  assertEquals(names.toSorted(), types.toSorted());
});
