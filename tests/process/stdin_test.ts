import { assertEquals, assertLess } from "@std/assert";
import { FakeTimers, settle } from "../base/fake_timers.ts";
import { FakeStdin } from "./fake_stdin.ts";
import { Single } from "./single.ts";

const LIMIT = { maxQueue: 1_000_000 };
const LONG = 86_400_000;

Deno.test("Stdin writes at once and joins what comes meanwhile into one write", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  for (const line of ["one\n", "two\n", "three\n"]) input.write(line);
  const first = await stdin.next();
  assertEquals(first.text, "one\n");
  input.write("four\n");
  first.take();
  const second = await stdin.next();
  assertEquals(second.text, "two\nthree\nfour\n");
  second.take();
  await input.end(LONG);
  assertEquals([input.lost, input.queued, stdin.closed], [0, 0, true]);
});

Deno.test("Stdin writes again after it had nothing to write", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  for (const text of ["a", "b", "c"]) {
    input.write(text);
    const write = await stdin.next();
    assertEquals(write.text, text);
    write.take();
    await settle();
  }
});

Deno.test("Stdin goes on after an empty text", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("");
  input.write("a");
  assertEquals((await stdin.next()).text, "a");
});

Deno.test("Stdin keeps the order of text and bytes", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("first");
  const first = await stdin.next();
  for (const data of ["é", Uint8Array.of(1, 2), "b", Uint8Array.of(), Uint8Array.of(255), "c"]) {
    input.write(data);
  }
  first.take();
  const { bytes } = await stdin.next();
  assertEquals([...bytes], [0xc3, 0xa9, 1, 2, 0x62, 255, 0x63]);
});

const LARGE: [what: string, data: string | Uint8Array, size: number][] = [
  ["text", "x".repeat(200_000), 200_000],
  ["text of three bytes a character", "一".repeat(70_000), 210_000],
  ["bytes", new Uint8Array(200_000).fill(0x78), 200_000],
];
for (const [what, data, size] of LARGE) {
  Deno.test(`Stdin writes much ${what} in pieces that a pipe can hold`, async () => {
    const stdin = new FakeStdin();
    const input = new Single(stdin.stream, LIMIT);
    input.write(data);
    const expected = typeof data === "string" ? data : new TextDecoder().decode(data);
    const decoder = new TextDecoder();
    let text = "";
    for (let taken = 0; taken < size;) {
      const write = await stdin.next();
      assertLess(write.bytes.length, 65_537);
      text += decoder.decode(write.bytes, { stream: true });
      taken += write.bytes.length;
      write.take();
    }
    assertEquals(text === expected, true, "what was written is what was given");
    await input.end(LONG);
    assertEquals(input.lost, 0);
  });
}

Deno.test("Feed.end() waits until all is taken, also what comes meanwhile", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("one");
  const ended = input.end(LONG);
  const first = await stdin.next();
  input.write("two");
  assertEquals(stdin.closed, false);
  first.take();
  (await stdin.next()).take();
  await ended;
  assertEquals([input.lost, stdin.closed], [0, true]);
});

Deno.test("Feed.end() closes at once when nothing waits", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  await input.end(LONG);
  assertEquals([input.lost, stdin.closed], [0, true]);
});

Deno.test("Feed.end() is patient as long as something is taken", async () => {
  using timers = new FakeTimers();
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("x".repeat(200_000));
  const ended = input.end(1000);
  for (let count = 0; count < 3; count++) {
    const write = await stdin.next();
    await timers.pass(900);
    write.take();
    await timers.pass(90);
    assertEquals(stdin.closed, false);
  }
  // The last piece is not taken.
  await timers.pass(2000);
  await ended;
  assertEquals([input.lost, stdin.closed], [200_000 - 3 * 65_536, true]);
  assertEquals(timers.pending, 0);
});

Deno.test("Feed.end() gives up on a process that takes nothing for that long", async () => {
  using timers = new FakeTimers();
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("never read");
  const ended = input.end(1000);
  await timers.pass(999);
  assertEquals(stdin.closed, false);
  await timers.pass(1);
  await ended;
  assertEquals([input.lost, stdin.closed], [10, true]);
});

Deno.test("Stdin.drained() resolves when little enough waits", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  await input.drained();
  input.write("one");
  input.write("two!");
  const order: string[] = [];
  const drained = [
    input.drained(5).then(() => order.push("5")),
    input.drained(0).then(() => order.push("0")),
  ];
  await settle();
  assertEquals(order, []);
  (await stdin.next()).take();
  await drained[0];
  assertEquals([order, input.queued], [["5"], 4]);
  (await stdin.next()).take();
  await drained[1];
});

Deno.test("Stdin.drained() resolves when the process takes nothing more", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  input.write("never read");
  input.write("nor this");
  const drained = input.drained();
  input.abandon();
  await drained;
  assertEquals([input.queued, input.source.waiting, input.lost], [0, 0, 18]);
});

Deno.test("Stdin leaves bytes that it was given as they are", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, LIMIT);
  const given = new Uint8Array(2_000).fill(0x61);
  input.write("first");
  input.write(given.subarray(0, 3));
  input.write("b");
  (await stdin.next()).take();
  assertEquals((await stdin.next()).text, "aaab");
  assertEquals(given.every((byte) => byte === 0x61), true);
});

for (const lent of [false, true]) {
  Deno.test(`Stdin ${lent ? "keeps what it was lent" : "lets go what it was given"} when it is written`, async () => {
    const stdin = new FakeStdin();
    const input = new Single(stdin.stream, { ...LIMIT, lent });
    const large = new Uint8Array(20_000).fill(0x61);
    input.write(large);
    const write = await stdin.next();
    assertEquals([write.text.length, large.length], [20_000, 20_000]);
    write.take();
    await input.drained();
    assertEquals(large.length, lent ? 20_000 : 0);
  });
}

Deno.test("Stdin keeps what it was lent also where more is put behind it", async () => {
  const stdin = new FakeStdin();
  const input = new Single(stdin.stream, { ...LIMIT, lent: true });
  input.write("first");
  const large = new Uint8Array(20_000).fill(0x61);
  input.write(large);
  input.write("b");
  (await stdin.next()).take();
  const write = await stdin.next();
  assertEquals(write.text, `${"a".repeat(20_000)}b`);
  write.take();
  await input.drained();
  assertEquals(large.length, 20_000);
});
