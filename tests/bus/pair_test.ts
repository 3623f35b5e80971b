import { assertEquals } from "@std/assert";
import { Pair } from "../../lib/bus/redis/pair.ts";

const frame = (text: string) => ({ count: 1, payload: new TextEncoder().encode(text) });

Deno.test("Pair.judge() takes parcels of an epoch in order, each once, and sees that one is missing", () => {
  const pair = new Pair(() => {});
  const verdicts = [[0, 1], [0, 2], [0, 2], [0, 1], [0, 3], [0, 5]].map(([epoch = 0, turn = 0]) =>
    pair.judge(epoch, turn)
  );
  assertEquals(verdicts, ["next", "next", "known", "known", "next", "missing"]);
});

Deno.test("Pair.judge() begins the epoch of the other one, and takes nothing of older ones", () => {
  const pair = new Pair(() => {});
  assertEquals([pair.judge(3, 1), pair.epoch], ["next", 3]);
  assertEquals([pair.judge(4, 1), pair.epoch], ["renewed", 4]);
  assertEquals([pair.judge(3, 2), pair.epoch], ["stale", 4]);
  assertEquals([pair.judge(6, 2), pair.epoch], ["missing", 6]);
  assertEquals([pair.judge(NaN, 1), pair.judge(0, NaN), pair.judge(2 ** 50, 1)], [
    "known",
    "stale",
    "known",
  ]);
});

Deno.test("Pair counts the bytes that wait, until Redis has them or they are given up", () => {
  let bytes = 0;
  const pair = new Pair((moved) => void (bytes += moved));
  for (const text of ["a", "bc"]) pair.add(frame(text));
  const [parcel, ...others] = pair.pack();
  assertEquals([others.length, parcel?.turn, bytes], [0, 1, 19]);
  if (parcel) pair.posted(parcel);
  assertEquals([pair.parcels.length, bytes], [0, 0]);
  pair.add(frame("d"));
  pair.add(frame("x".repeat(300_000)));
  pair.add(frame("e"));
  assertEquals(pair.pack().map(({ turn }) => turn), [2, 3]);
  pair.add(frame("f"));
  assertEquals(pair.judge(1, 1), "renewed");
  assertEquals([pair.parcels.length, pair.pack().length, bytes], [0, 0, 0]);
  assertEquals(pair.hello().turn, 1);
});

const LAST = 2 ** 40 - 1;

for (const made of [[LAST], [2 ** 39], [2 ** 39 - 1, LAST - 1], [LAST, 2 ** 39 + 7, 3]]) {
  Deno.test(`Pairs find each other after a stranger has made up epochs ${made}`, () => {
    const [one, two] = [new Pair(() => {}), new Pair(() => {})];
    for (const pair of [one, two]) pair.judge(0, 1);
    for (const epoch of made) one.judge(epoch, 1);
    one.renew();
    const mine = one.hello();
    const verdict = two.judge(mine.epoch, mine.turn);
    if (verdict === "stale") {
      const theirs = two.hello();
      assertEquals(one.judge(theirs.epoch, theirs.turn), "renewed");
    } else assertEquals(verdict, "renewed");
    assertEquals(one.epoch, two.epoch);
  });
}
