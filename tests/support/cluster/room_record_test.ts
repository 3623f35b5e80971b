import { assertEquals } from "@std/assert";
import { type Gap, RoomRecord } from "./room_record.ts";

/** What four messages have become, what each has heard, and the first thing that is wrong with that. */
const CASES: [what: string, heard: string, fault?: string][] = [
  ["all of it", "1234 1234"],
  ["who came later, and who left earlier", "34 1234 12"],
  ["pieces that nobody has heard both of", "12 34"],
  ["a message twice", "12234 1234", 'm0 has heard "a 2" twice'],
  ["a message twice, far apart", "1234 12341", 'm1 has heard "a 1" twice'],
  ["a message less", "1234 134", 'after "a 1" m0 has heard "a 2", and m1 "a 3"'],
  ["another order", "1234 1243", 'after "a 2" m0 has heard "a 3", and m1 "a 4"'],
  ["another order than it was said in", "1243 12", 'm0 has heard "a 3" after 4 of the same'],
  ["a loss that is told", "1234 1!24"],
  ["a loss that is told with another count", "1234 1!14", "m1 was told that 1 are lost, and 2 are"],
  ["a loss of nobody knows how many", "1234 1?4"],
  ["a message that nobody has heard", "124 124", 'Nobody has heard "a 3"'],
  ["something that nobody has said", "12345 12345", 'Nobody has said "a 5"'],
];

for (const [what, heard, fault] of CASES) {
  Deno.test(`RoomRecord.faults() judges ${what}`, () => {
    const record = new RoomRecord();
    for (let count = 4; count > 0; count--) record.say("a");
    heard.split(" ").forEach((each, index) => {
      const words = Array.from(each.matchAll(/[?]|!?\d/g), ([word]): string | Gap => {
        if (word === "?") return { lost: undefined };
        return word.startsWith("!") ? { lost: Number(word.slice(1)) } : `a ${word}`;
      });
      record.begin(`m${index}`).heard.push(...words);
    });
    assertEquals(record.faults()[0], fault);
  });
}

Deno.test("RoomRecord.faults() lets a doubtful message be missing for all, and not for some", () => {
  const record = new RoomRecord();
  for (let count = 3; count > 0; count--) record.say("a");
  record.doubt("a", 2, 2);
  const [one, other] = [record.begin("m0"), record.begin("m1")];
  one.heard.push("a 1", "a 3");
  other.heard.push("a 1", "a 3");
  assertEquals([record.faults(), record.sure], [[], 2]);
  other.heard.splice(1, 0, "a 2");
  assertEquals(record.faults().length, 2);
});

Deno.test("RoomRecord.faults() lets a doubtful message have two places where the engine has forgotten it, in two stays", () => {
  const record = new RoomRecord();
  for (let count = 3; count > 0; count--) record.say("a");
  record.doubt("a", 2, 2);
  const [before, after] = [record.begin("m0"), record.begin("m0")];
  before.heard.push("a 1", "a 2");
  after.heard.push("a 3", "a 2");
  assertEquals(record.faults({ forgets: true }), []);
  assertEquals(record.faults().length > 0, true);
  after.heard.push("a 2");
  assertEquals(record.faults({ forgets: true }), ['m0 has heard "a 2" twice']);
});

Deno.test("RoomRecord.faults() lets who comes in later hear what was said before it later, and not twice", () => {
  const record = new RoomRecord();
  for (let count = 3; count > 0; count--) record.say("a");
  record.begin("m0").heard.push("a 1", "a 2", "a 3");
  const later = record.begin("m0");
  later.heard.push("a 3", "a 1");
  assertEquals(record.faults({ isOne: false }), []);
  later.heard.push("a 3");
  assertEquals(record.faults({ isOne: false }), ['m0 has heard "a 3" twice']);
  record.begin("m1").heard.push("a 3", "a 1");
  assertEquals(record.faults({ isOne: false }).length, 2);
});
