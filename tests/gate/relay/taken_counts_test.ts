import { assertEquals } from "@std/assert";
import { TakenCounts } from "../../../lib/gate/relay/taken_counts.ts";

const BY = { name: "run:a", fence: 1, peer: "b", id: "c" };

Deno.test("TakenCounts answers what was noted last, of that service and client alone", () => {
  const counts = new TakenCounts();
  counts.note(BY, 3);
  counts.note(BY, 5);
  assertEquals(counts.of({ ...BY, fence: 2 }), undefined);
  assertEquals(counts.of({ ...BY, id: "d" }), undefined);
  // Two legs may ask before the first is known to have broken.
  assertEquals([counts.of(BY), counts.of(BY)], [5, 5]);
  counts.forget(BY);
  assertEquals(counts.of(BY), undefined);
});

Deno.test("TakenCounts forgets the oldest", () => {
  const counts = new TakenCounts();
  for (let id = 0; id <= 10_000; id++) counts.note({ ...BY, id: `${id}` }, id);
  const known = [0, 1, 10_000].map((id) => counts.of({ ...BY, id: `${id}` }));
  assertEquals(known, [undefined, 1, 10_000]);
});
