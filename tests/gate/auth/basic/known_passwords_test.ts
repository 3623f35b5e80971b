import { assertEquals, assertNotEquals } from "@std/assert";
import { KnownPasswords } from "../../../../lib/gate/auth/basic/known_passwords.ts";

Deno.test("KnownPasswords forgets what was not used for a while", () => {
  let now = 0;
  const known = new KnownPasswords({ ms: 100, now: () => now });
  const mark = known.markOf("ann", "secret", "hash");
  assertEquals(known.has(mark), false);
  known.add(mark);
  now = 99;
  assertEquals(known.has(mark), true);
  known.add(mark);
  now = 198;
  assertEquals(known.has(mark), true);
  now = 199;
  assertEquals(known.has(mark), false);
});

Deno.test("KnownPasswords forgets first what was used first, where there are too many", () => {
  const known = new KnownPasswords({ most: 2 });
  for (const mark of ["a", "b", "a", "c"]) known.add(mark);
  assertEquals(["a", "b", "c"].map((mark) => known.has(mark)), [true, false, true]);
});

Deno.test("KnownPasswords marks every part, and differently in each process", () => {
  const known = new KnownPasswords();
  const parts = [["a", "b", "c"], ["a", "bc", ""], ["ab", "", "c"], ["a", "b", "d"]];
  assertEquals(new Set(parts.map((all) => known.markOf(...all))).size, parts.length);
  assertEquals(known.markOf("a"), known.markOf("a"));
  assertNotEquals(known.markOf("a"), new KnownPasswords().markOf("a"));
});
