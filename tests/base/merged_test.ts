import { assertEquals } from "@std/assert";
import { Batch, type Message } from "../../lib/base/batch.ts";
import { merged } from "../../lib/base/merged.ts";

/** Batches of messages, and how many there are in each batch that is made of them. */
const CASES: readonly (readonly [batches: readonly (readonly Message[])[], sizes: number[]])[] = [
  [[], []],
  [[["a"]], [1]],
  [[["a"], ["b", ""], ["ü"]], [4]],
  [[["a"], ["b".repeat(7)], ["c"]], [2, 1]],
  [[["a"], ["b".repeat(8)], ["c"], ["d"]], [1, 1, 2]],
  [[[""], [""], [""], [""], [""], [""], [""], [""], [""], [""], [""]], [10, 1]],
  [[["a"], [Uint8Array.of(1)], [Uint8Array.of(2)], ["b"]], [1, 2, 1]],
];

for (const [batches, sizes] of CASES) {
  Deno.test(`merged() makes ${JSON.stringify(sizes)} of ${JSON.stringify(batches)}`, () => {
    const found = [...merged(batches.map(batchOf), 10)];
    assertEquals(found.map(({ size }) => size), sizes);
    assertEquals(found.flatMap(({ messages }) => messages), batches.flat());
  });
}

Deno.test("merged() leaves what has a place in a log as it is", () => {
  const placed = Batch.of("b").marked({ log: "one", number: 7 });
  const found = [...merged([Batch.of("a"), placed, Batch.of("c")], 100)];
  assertEquals(found.map(({ mark }) => mark), [undefined, placed.mark, undefined]);
  assertEquals(found.flatMap(({ messages }) => messages), ["a", "b", "c"]);
});

/** A batch whose messages lie in a buffer of their own, as an engine brings them. */
function batchOf(messages: readonly Message[]): Batch {
  const [first = ""] = messages;
  if (messages.length === 1) return Batch.of(first);
  const parts = messages.map((message) => new TextEncoder().encode(String(message)));
  let at = 1;
  const spans = parts.flatMap(({ length }) => {
    const start = at;
    return [start, at += length];
  });
  return new Batch(false, Uint8Array.from([0, ...parts.flatMap((part) => [...part])]), spans);
}
