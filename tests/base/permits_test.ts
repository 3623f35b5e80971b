import { assert, assertEquals } from "@std/assert";
import { Permits } from "../../lib/base/permits.ts";

Deno.test("Permits gives as many as its limit and then none", () => {
  const permits = new Permits(2);
  const [first, second, third] = [permits.take(), permits.take(), permits.take()];
  assert(first);
  assert(second);
  assertEquals(third, undefined);
  assertEquals(permits.taken, 2);
});

Deno.test("Permits gives one again that was given back", () => {
  const permits = new Permits(1);
  const first = permits.take();
  assertEquals(permits.take(), undefined);
  first?.[Symbol.dispose]();
  assertEquals(permits.taken, 0);
  assert(permits.take());
  assertEquals(permits.take(), undefined);
});

Deno.test("Permits counts one that is given back twice once", () => {
  const permits = new Permits(2);
  const first = permits.take();
  permits.take();
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  assertEquals(permits.taken, 1);
});

Deno.test("Permits takes one back at the end of its scope", () => {
  const permits = new Permits(1);
  {
    using permit = permits.take();
    assert(permit);
    assertEquals(permits.taken, 1);
  }
  assertEquals(permits.taken, 0);
});

for (const limit of [0, -1]) {
  Deno.test(`Permits has no limit when it is given ${limit}`, () => {
    const permits = new Permits(limit);
    for (let count = 0; count < 5000; count++) assert(permits.take());
    assertEquals(permits.taken, 5000);
  });
}

Deno.test("Permits gives what gives way to who has nothing to give way, the oldest first", () => {
  const permits = new Permits(2);
  const told: string[] = [];
  const first = permits.take(() => told.push("first"));
  permits.take(() => told.push("second"));
  assertEquals(permits.take(() => told.push("third")), undefined);
  assert(permits.take());
  assertEquals([told, permits.taken], [["first"], 2]);
  // It was given back then.
  first?.[Symbol.dispose]();
  assertEquals(permits.taken, 2);
  assert(permits.take());
  assertEquals([told, permits.take()], [["first", "second"], undefined]);
});

Deno.test("Permits leaves one alone that was claimed", () => {
  const permits = new Permits(1);
  const permit = permits.take(() => {
    throw new Error("not asked for");
  });
  permit?.claim();
  assertEquals(permits.take(), undefined);
  permit?.[Symbol.dispose]();
  assert(permits.take());
});
