import { assertEquals } from "@std/assert";
import { Fifo } from "../../lib/base/fifo.ts";

Deno.test("Fifo gives what it was given, in order, whatever was taken out of it", () => {
  for (const [many, some] of [[1, 1], [10, 3], [5_000, 999], [5_000, 1_024], [5_000, 4_999]]) {
    const fifo = new Fifo<number>([-1]);
    assertEquals([fifo.shift(), fifo.shift(), fifo.oldest, fifo.size], [
      -1,
      undefined,
      undefined,
      0,
    ]);
    const expected: number[] = [];
    for (let at = 0; at < (many ?? 0); at++) {
      fifo.push(at);
      expected.push(at);
    }
    for (let at = 0; at < (some ?? 0); at++) assertEquals(fifo.shift(), expected.shift());
    fifo.push(many ?? 0);
    expected.push(many ?? 0);
    assertEquals([[...fifo], fifo.size, fifo.oldest], [expected, expected.length, expected[0]]);
    fifo.clear();
    assertEquals([[...fifo], fifo.size], [[], 0]);
  }
});
