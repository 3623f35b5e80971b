import { assert, assertEquals } from "@std/assert";
import { SharedInput, type Source } from "../../lib/process/shared_input.ts";
import { FakeStdin } from "./fake_stdin.ts";

interface Speaker extends Source {
  name: string;
}

const speaker = (name: string): Speaker => ({ name, waiting: 0 });

Deno.test("SharedInput writes what many say in the order in which they say it", async () => {
  const stdin = new FakeStdin();
  const input = new SharedInput<Speaker>({ maxQueue: 1_000 });
  const [one, two] = [speaker("one"), speaker("two")];
  input.feed(stdin.stream);
  input.add(one, "message", "1\n");
  input.add(two, "message", "2\n");
  input.add(one, "message", "3 ü\n");
  assertEquals(await stdin.takeBytes(9), "1\n2\n3 ü\n");
});

Deno.test("SharedInput joins what comes while a write is under way", async () => {
  const stdin = new FakeStdin();
  const input = new SharedInput<Speaker>({ maxQueue: 10_000 });
  const one = speaker("one");
  input.feed(stdin.stream);
  for (let count = 0; count < 20; count++) input.add(one, "message", `${count}\n`);
  const first = await stdin.next();
  assertEquals(first.text, "0\n");
  first.take();
  assertEquals((await stdin.next()).text.split("\n").length, 20);
});

Deno.test("SharedInput bounds what one of them has waiting, and no other", async () => {
  const stdin = new FakeStdin();
  const input = new SharedInput<Speaker>({ maxQueue: 1_000 });
  const [one, two] = [speaker("one"), speaker("two")];
  const feed = input.feed(stdin.stream);
  const text = "x".repeat(399) + "\n";
  assertEquals([1, 2, 3].map(() => input.add(one, "message", text)), [true, true, false]);
  assertEquals([one.waiting, input.waiting], [800, 800]);
  assert(input.add(two, "message", text));
  await stdin.takeBytes(1200);
  await feed.end(10_000);
  assertEquals([one.waiting, two.waiting, input.waiting], [0, 0, 0]);
  assert(input.add(one, "message", text));
});

const FITS: [what: string, maxQueue: number, texts: string[], taken: boolean[]][] = [
  ["a message of exactly the limit", 4, ["abc\n"], [true]],
  ["no larger one", 3, ["abc\n"], [false]],
  ["bytes, not characters", 3, ["ü\n", "€\n"], [true, false]],
  ["what short messages cost, too", 300, ["a", "b", "c"], [true, true, false]],
];
for (const [what, maxQueue, texts, taken] of FITS) {
  Deno.test(`SharedInput counts ${what}`, () => {
    const input = new SharedInput<Speaker>({ maxQueue });
    const one = speaker("one");
    assertEquals(texts.map((text) => input.add(one, "message", text)), taken);
  });
}

Deno.test("SharedInput takes every open and close, whatever waits", () => {
  const input = new SharedInput<Speaker>({ maxQueue: 1 });
  const one = speaker("one");
  assert(input.add(one, "open", "open\n") && input.add(one, "close", "close\n"));
  assertEquals([one.waiting, input.waiting], [0, 256]);
});

Deno.test("SharedInput gives the next process what the one before was not offered", async () => {
  const input = new SharedInput<Speaker>({ maxQueue: 1_000_000 });
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  input.add(one, "message", "lost\n");
  const write = await stdin.next();
  input.add(one, "message", "kept\n");
  write.fail();
  feed.abandon();
  input.add(one, "message", "new\n");
  assertEquals(feed.lost, 5);
  const next = new FakeStdin();
  input.feed(next.stream);
  assertEquals(await next.takeBytes(9), "kept\nnew\n");
});

Deno.test("SharedInput counts a large message that was written in part as lost in part", async () => {
  const input = new SharedInput<Speaker>({ maxQueue: 1_000_000 });
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  input.add(one, "message", "x".repeat(200_000));
  (await stdin.next()).take();
  const second = await stdin.next();
  feed.abandon();
  assertEquals([feed.lost, one.waiting, input.waiting], [200_000 - 65_536, 0, 0]);
  second.fail();
});

Deno.test("SharedInput ends an input after all that waits, and at once where nobody reads", async () => {
  const input = new SharedInput<Speaker>({ maxQueue: 1_000 });
  const one = speaker("one");
  const stdin = new FakeStdin();
  const feed = input.feed(stdin.stream);
  input.add(one, "message", "last\n");
  const ended = feed.end(10_000);
  (await stdin.next()).take();
  await ended;
  assert(stdin.closed);
  assertEquals(feed.lost, 0);

  const stuck = new FakeStdin();
  const other = input.feed(stuck.stream);
  input.add(one, "message", "never\n");
  await other.end(1);
  assert(stuck.closed);
  assertEquals(other.lost, 6);
});

Deno.test("SharedInput ends an input of which nothing was ever written", async () => {
  const stdin = new FakeStdin();
  await new SharedInput<Speaker>({ maxQueue: 1 }).feed(stdin.stream).end(10_000);
  assert(stdin.closed);
});

Deno.test("SharedInput says how many bytes of messages it discards", () => {
  const input = new SharedInput<Speaker>({ maxQueue: 1_000 });
  const one = speaker("one");
  input.add(one, "open", "open\n");
  input.add(one, "message", "ü\n");
  assertEquals(input.discard(), 3);
  assertEquals([input.waiting, one.waiting], [0, 0]);
});

Deno.test("SharedInput keeps the order of a hundred thousand messages", async () => {
  const input = new SharedInput<Speaker>({ maxQueue: 100_000_000 });
  const all = [speaker("0"), speaker("1"), speaker("2")];
  let expected = "";
  for (let count = 0; count < 100_000; count++) {
    const text = `${count}\n`;
    expected += text;
    assert(input.add(all[count % 3] as Speaker, "message", text));
  }
  const stdin = new FakeStdin();
  input.feed(stdin.stream);
  assertEquals(await stdin.takeBytes(expected.length), expected);
});
