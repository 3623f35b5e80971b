import { assertEquals } from "@std/assert";
import { TakenCounts } from "../../../lib/gate/relay/taken_counts.ts";

const BY = { name: "run:a", fence: 1, peer: "b", id: "c" };

Deno.test("TakenCounts answers once what was noted last, of that service and client alone", () => {
  const counts = new TakenCounts();
  counts.note(BY, 3);
  counts.note(BY, 5);
  assertEquals(counts.take({ ...BY, fence: 2 }), undefined);
  assertEquals(counts.take({ ...BY, id: "d" }), undefined);
  assertEquals([counts.take(BY), counts.take(BY)], [5, undefined]);
});

Deno.test("TakenCounts forgets the oldest", () => {
  const counts = new TakenCounts();
  for (let id = 0; id <= 10_000; id++) counts.note({ ...BY, id: `${id}` }, id);
  const known = [0, 1, 10_000].map((id) => counts.take({ ...BY, id: `${id}` }));
  assertEquals(known, [undefined, 1, 10_000]);
});
