import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { RoomLog } from "../../lib/hub/room_log.ts";

const JUMP = 2 ** 32;
const place = (number: number, log = "one") => ({ log, number });

function batchOf(...texts: readonly string[]): Batch {
  return new Batch(
    false,
    new TextEncoder().encode(texts.join("")),
    texts.flatMap((_, at) => [at, at + 1]),
  );
}

/** A log of `a` to `c` from 1 on, and of `d` and `e` behind a jump. */
function jumped(): RoomLog {
  const log = new RoomLog();
  log.note(batchOf("a", "b"), place(1), 10);
  log.note(batchOf("c"), place(3), 10);
  log.note(batchOf("d", "e"), place(JUMP + 1), 10);
  return log;
}

const texts = (batches: readonly Batch[]) => batches.flatMap((batch) => [...batch]);

Deno.test("RoomLog.note() keeps what was before where numbers jump, and nothing of another log", () => {
  const log = jumped();
  assertEquals(texts(log.last(10)), ["a", "b", "c", "d", "e"]);
  assertEquals([log.first, log.next], [1, JUMP + 3]);
  log.note(batchOf("f"), place(7, "two"), 10);
  assertEquals([texts(log.last(10)), log.id, log.first, log.next], [["f"], "two", 7, 8]);
});

const SEEN: readonly (readonly [number: number, texts: readonly string[]])[] = [
  [1, ["b", "c", "d", "e"]],
  [2, ["c", "d", "e"]],
  [3, ["d", "e"]],
  [JUMP, ["d", "e"]],
  [JUMP + 1, ["e"]],
  [JUMP + 2, []],
  [JUMP + 9, []],
];

for (const [number, expected] of SEEN) {
  Deno.test(`RoomLog.after() brings what follows on ${number}, whether numbers jump or not`, () => {
    assertEquals(texts(jumped().after(place(number), 10)), [...expected]);
    assertEquals(texts(jumped().after(place(number), 1)), expected.slice(-1));
  });
}

Deno.test("RoomLog.reach() goes on at a place, or begins there", () => {
  const log = jumped();
  log.reach(place(2 * JUMP));
  assertEquals([texts(log.last(10)).length, log.next], [5, 2 * JUMP]);
  log.reach(place(5));
  assertEquals([texts(log.last(10)), log.next], [[], 5]);
});
