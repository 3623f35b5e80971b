import { assertEquals } from "@std/assert";
import { Latest } from "../../lib/base/latest.ts";

Deno.test("Latest forgets what was noted longest ago, and nothing that was noted again", () => {
  const latest = new Latest<string, number>(2);
  latest.note("a", 1);
  latest.note("b", 2);
  latest.note("a", 3);
  latest.note("c", 4);
  assertEquals(["a", "b", "c"].map((key) => latest.get(key)), [3, undefined, 4]);
  latest.delete("a");
  latest.note("d", 5);
  assertEquals(["a", "c", "d"].map((key) => latest.get(key)), [undefined, 4, 5]);
  latest.clear();
  assertEquals(["c", "d"].map((key) => latest.get(key)), [undefined, undefined]);
});
