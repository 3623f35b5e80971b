import { assert, assertEquals } from "@std/assert";
import type { Piece, Source } from "../../lib/process/piece.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { FakeStdin } from "./fake_stdin.ts";

interface Speaker extends Source {
  name: string;
}

const encoder = new TextEncoder();

const speaker = (name: string): Speaker => ({ name, waiting: 0 });
const shared = (maxQueue: number) => new Stdin<Speaker>({ maxQueue, lasting: true });
const add = (input: Stdin<Speaker>, who: Speaker, kind: Piece<Speaker>["kind"], text: string) =>
  input.add(who, kind, encoder.encode(text));

Deno.test("Stdin writes what many say in the order in which they say it", async () => {
  const stdin = new FakeStdin();
  const input = shared(1_000);
  const [one, two] = [speaker("one"), speaker("two")];
  input.feed(stdin.stream);
  add(input, one, "message", "1\n");
  add(input, two, "message", "2\n");
  add(input, one, "message", "3 ü\n");
  assertEquals(await stdin.takeBytes(9), "1\n2\n3 ü\n");
});

Deno.test("Stdin joins what comes while a write is under way", async () => {
  const stdin = new FakeStdin();
  const input = shared(10_000);
  const one = speaker("one");
  input.feed(stdin.stream);
  for (let count = 0; count < 20; count++) add(input, one, "message", `${count}\n`);
  const first = await stdin.next();
  assertEquals(first.text, "0\n");
  first.take();
  assertEquals((await stdin.next()).text.split("\n").length, 20);
});

Deno.test("Stdin bounds what one of them has waiting, and no other", async () => {
  const stdin = new FakeStdin();
  const input = shared(1_000);
  const [one, two] = [speaker("one"), speaker("two")];
  const feed = input.feed(stdin.stream);
  const text = "x".repeat(399) + "\n";
  assertEquals([1, 2, 3].map(() => add(input, one, "message", text)), [true, true, false]);
  assertEquals([one.waiting, input.bufferedAmount], [800, 800]);
  assert(add(input, two, "message", text));
  await stdin.takeBytes(1200);
  await feed.end(10_000);
  assertEquals([one.waiting, two.waiting, input.bufferedAmount], [0, 0, 0]);
  assert(add(input, one, "message", text));
});

const FITS: [what: string, maxQueue: number, texts: string[], taken: boolean[]][] = [
  ["a message of exactly the limit", 4, ["abc\n"], [true]],
  ["no larger one", 3, ["abc\n"], [false]],
  ["bytes, not characters", 3, ["ü\n", "€\n"], [true, false]],
  ["short messages of one by their bytes", 3, ["a", "b", "c", "d"], [true, true, true, false]],
];
for (const [what, maxQueue, texts, taken] of FITS) {
  Deno.test(`Stdin counts ${what}`, () => {
    const input = shared(maxQueue);
    const one = speaker("one");
    assertEquals(texts.map((text) => add(input, one, "message", text)), taken);
  });
}

Deno.test("Stdin takes every open and close, whatever waits", () => {
  const input = shared(1);
  const one = speaker("one");
  assert(add(input, one, "open", "open\n") && add(input, one, "close", "close\n"));
  assertEquals([one.waiting, input.bufferedAmount], [0, 256]);
});

Deno.test("Stdin gives the next process what the one before was not offered", async () => {
  const input = shared(1_000_000);
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  add(input, one, "message", "lost\n");
  const write = await stdin.next();
  add(input, one, "message", "kept\n");
  write.fail();
  feed.abandon();
  add(input, one, "message", "new\n");
  assertEquals(feed.lost, 5);
  const next = new FakeStdin();
  input.feed(next.stream);
  assertEquals(await next.takeBytes(9), "kept\nnew\n");
});

Deno.test("Stdin counts a large message that was written in part as lost in part", async () => {
  const input = shared(1_000_000);
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  add(input, one, "message", "x".repeat(200_000));
  (await stdin.next()).take();
  const second = await stdin.next();
  feed.abandon();
  assertEquals([feed.lost, one.waiting, input.bufferedAmount], [200_000 - 65_536, 0, 0]);
  second.fail();
});

Deno.test("Stdin ends an input after all that waits, and at once where nobody reads", async () => {
  const input = shared(1_000);
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  add(input, one, "message", "last\n");
  const ended = feed.end(10_000);
  (await stdin.next()).take();
  await ended;
  assert(stdin.closed);
  assertEquals(feed.lost, 0);

  const stuck = new FakeStdin();
  const other = input.feed(stuck.stream);
  add(input, one, "message", "never\n");
  await other.end(1);
  assert(stuck.closed);
  assertEquals(other.lost, 6);
});

Deno.test("Stdin ends an input of which nothing was ever written", async () => {
  const stdin = new FakeStdin();
  await shared(1).feed(stdin.stream).end(10_000);
  assert(stdin.closed);
});

Deno.test("Stdin says how many bytes of messages it discards", () => {
  const input = shared(1_000);
  const one = speaker("one");
  add(input, one, "open", "open\n");
  add(input, one, "message", "ü\n");
  assertEquals(input.discard(), 3);
  assertEquals([input.bufferedAmount, one.waiting], [0, 0]);
});

Deno.test("Stdin keeps the order of a hundred thousand messages", async () => {
  const input = shared(100_000_000);
  const all = [speaker("0"), speaker("1"), speaker("2")];
  let expected = "";
  for (let count = 0; count < 100_000; count++) {
    const text = `${count}\n`;
    expected += text;
    assert(add(input, all[count % 3] as Speaker, "message", text));
  }
  const stdin = new FakeStdin();
  input.feed(stdin.stream);
  assertEquals(await stdin.takeBytes(expected.length), expected);
});

Deno.test("Stdin counts what short messages of many cost, too", () => {
  const input = shared(256);
  const [one, two] = [speaker("one"), speaker("two")];
  const taken = [one, two, one, two, one].map((who) => add(input, who, "message", "a"));
  assertEquals(taken, [true, true, true, true, false]);
  assertEquals([one.waiting, two.waiting, input.bufferedAmount], [129, 256, 385]);
});

Deno.test("Stdin puts other pieces in place of those that wait", async () => {
  const input = shared(1_000);
  const [one, two] = [speaker("one"), speaker("two")];
  add(input, one, "open", "open 1\n");
  for (const text of ["a\n", "b\n"]) add(input, one, "message", text);
  add(input, two, "message", "c\n");
  input.replace((pieces) => [
    { source: two, kind: "open", bytes: encoder.encode("open 2\n") },
    ...pieces.filter(({ kind }) => kind === "message"),
  ]);
  const stdin = new FakeStdin();
  input.feed(stdin.stream);
  assertEquals((await stdin.next()).text, "open 2\na\nb\nc\n");
});

Deno.test("Stdin takes everything of a source that is held back", () => {
  const input = new Stdin<Source>({ maxQueue: 3 });
  const source = { waiting: 0, held: false };
  const bytes = encoder.encode("abc");
  assertEquals([input.add(source, "message", bytes), input.add(source, "message", bytes)], [
    true,
    false,
  ]);
  source.held = true;
  assertEquals([input.add(source, "message", bytes), source.waiting], [true, 6]);
});
