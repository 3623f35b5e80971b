import { assert, assertEquals } from "@std/assert";
import { Stdin } from "../../lib/process/stdin.ts";
import { FakeStdin } from "./fake_stdin.ts";

/** A queue, and what it has told of how long its messages have waited. */
function metered(): { waits: number[]; stdin: Stdin } {
  const waits: number[] = [];
  const meter = { inputTaken: (ms: number) => waits.push(ms) };
  return { waits, stdin: new Stdin({ maxQueue: 1_000, meter }) };
}

Deno.test("Stdin tells the meter, once a write, how long its oldest message has waited", async () => {
  const { waits, stdin } = metered();
  const source = { waiting: 0 };
  const program = new FakeStdin();
  const before = performance.now();
  stdin.add(source, "message", "a");
  const feed = stdin.feed(program.stream);
  // Behind a write that is under way.
  for (const text of ["b", "c"]) stdin.add(source, "message", text);
  for (const [text, told] of [["a", 0], ["bc", 1]] as const) {
    const write = await program.next();
    assertEquals([write.text, waits.length], [text, told]);
    write.take();
  }
  await stdin.drained();
  assertEquals(waits.length, 2);
  const all = performance.now() - before;
  for (const wait of waits) assert(wait >= 0 && wait <= all, `${wait} of ${all}`);
  feed.abandon();
});

Deno.test("Stdin tells the meter nothing of what no program has taken", async () => {
  const { waits, stdin } = metered();
  const program = new FakeStdin();
  const feed = stdin.feed(program.stream);
  stdin.add({ waiting: 0 }, "message", "abc");
  (await program.next()).fail();
  await feed.end(1_000);
  assertEquals([waits, feed.lost], [[], 3]);
});
