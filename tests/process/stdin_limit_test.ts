import { assert, assertEquals, assertLess } from "@std/assert";
import { MAX_QUEUE } from "../../lib/base/limits.ts";
import { FakeStdin } from "./fake_stdin.ts";
import { Single } from "./single.ts";

const LONG = 86_400_000;

// What is written to a process that reads nothing, ten bytes of queue, and what of it is taken.
const FITTING: [what: string, data: (string | Uint8Array)[], taken: boolean[]][] = [
  ["ASCII up to the limit", ["12345", "67890", "1"], [true, true, false]],
  ["two bytes a character", ["ééééé", "a"], [true, false]],
  ["two bytes a character, in parts", ["éé", "éé", "é", "a"], [true, true, true, false]],
  ["three bytes a character", ["一一", "一", "a", "b"], [true, true, true, false]],
  ["four bytes a character", ["😀😀", "ab", "c"], [true, true, false]],
  ["half a character", ["\ud83d".repeat(3), "a", "b"], [true, true, false]],
  ["a small one after one that did not fit", ["123456", "12345", "1234"], [true, false, true]],
  ["one that is too large alone", ["12345678901", "1"], [false, true]],
  ["one that is too large by one byte", ["éééééa", "ééééé"], [false, true]],
  ["bytes", [new Uint8Array(10), new Uint8Array(1)], [true, false]],
  ["bytes after text", ["ééé", new Uint8Array(4), new Uint8Array(1)], [true, true, false]],
  ["text after bytes", [new Uint8Array(8), "é", "a"], [true, true, false]],
];
const encoded = (part: string | Uint8Array): Uint8Array =>
  typeof part === "string" ? new TextEncoder().encode(part) : part;
for (
  const [what, data, taken] of [
    ...FITTING,
    ...FITTING.map(([what, data, taken]) =>
      [`${what}, all of it encoded`, data.map(encoded), taken] as const
    ),
  ]
) {
  Deno.test(`Stdin takes exactly maxQueue bytes: ${what}`, async () => {
    const stdin = new FakeStdin();
    const input = new Single(stdin.stream, { maxQueue: 10 });
    assertEquals(data.map((part) => input.write(part)), taken);
    // Nothing of what did not fit goes out.
    const fitted = data.filter((_, index) => taken[index]).map(encoded);
    const expected = new Uint8Array(await new Blob(fitted.map((part) => part.slice())).bytes());
    const text = await stdin.takeBytes(expected.length);
    assertEquals(text, new TextDecoder().decode(expected));
    await input.end(LONG);
    assertEquals(input.lost, 0);
  });
}

Deno.test("Stdin has room again when the process has read", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 10 });
  assert(input.write("1234567890"));
  assertEquals(input.write("a"), false);
  (await stdin.next()).take();
  await input.end(LONG);
  assertEquals(input.queued, 0);
});

Deno.test("Stdin counts what is under way as waiting", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 10 });
  input.write("12345");
  const first = await stdin.next();
  assert(input.write("67890"));
  assertEquals(input.write("a"), false);
  first.take();
  const second = await stdin.next();
  assertEquals(second.text, "67890");
  assert(input.write("abcde"));
  assertEquals(input.write("f"), false);
});

const SMALL = [0, 1];
for (const size of SMALL) {
  Deno.test(`Stdin holds many messages of ${size} bytes in bounded memory`, async () => {
    const stdin = new FakeStdin();
    const input = new Single(stdin.stream, { maxQueue: MAX_QUEUE });
    input.write("waits");
    await stdin.next();
    const before = Deno.memoryUsage().rss;
    // As the engine makes them: each with a buffer of its own.
    for (let count = 0; count < 1_000_000; count++) {
      if (!input.write(new Uint8Array(new ArrayBuffer(size)))) break;
    }
    assertLess(Deno.memoryUsage().rss - before, 64 * 1024 * 1024);
  });
}

Deno.test("Stdin counts as lost what a process that closed its input does not get", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 100 });
  input.write("abc");
  const write = await stdin.next();
  input.write("dé");
  input.write(new Uint8Array(4));
  write.fail();
  await input.end(LONG);
  assertEquals(input.lost, 3 + 3 + 4);
  // What comes later is taken, because it is nobody's fault, and lost.
  assertEquals([input.write("é"), input.write(new Uint8Array(5))], [true, true]);
  assertEquals([input.lost, input.queued], [10 + 2 + 5, 0]);
});

Deno.test("Stdin takes more than maxQueue bytes once they are lost anyway", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 5 });
  input.write("abc");
  (await stdin.next()).fail();
  await input.end(LONG);
  assertEquals([input.write("0123456789"), input.lost], [true, 13]);
});

Deno.test("Stdin counts as lost only what a broken process had not taken", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 100 });
  input.write("taken");
  const first = await stdin.next();
  input.write("not");
  first.take();
  (await stdin.next()).fail();
  await input.end(LONG);
  assertEquals(input.lost, 3);
});

Deno.test("Feed.abandon() closes at once, counts what waits as lost, and only once", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 100 });
  input.write("abc");
  await stdin.next();
  input.write("é");
  input.abandon();
  input.abandon();
  await input.end(LONG);
  assertEquals([input.lost, input.queued, stdin.closed], [5, 0, true]);
  input.write("x");
  assertEquals(input.lost, 6);
});

Deno.test("Stdin does not write after it was abandoned under a write", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { maxQueue: 100 });
  input.write("under way");
  const write = await stdin.next();
  input.write("waits");
  input.abandon();
  write.take();
  await input.end(LONG);
  assertEquals([input.lost, input.queued], [14, 0]);
});
