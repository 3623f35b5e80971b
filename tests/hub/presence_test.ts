import { assertEquals } from "@std/assert";
import { type Presence, readPresence, writePresence } from "../../lib/hub/presence.ts";

const PLAIN: Presence = { version: 1, members: 2, watched: false, asks: false, changes: [] };

const TABLE: readonly Presence[] = [
  PLAIN,
  { ...PLAIN, watched: true, asks: true, changes: [["+", "a-1"], ["-", "b"]], ids: ["a-1"] },
  { ...PLAIN, ids: [], missed: 12, topic: "room:/hall ü" },
];

for (const words of TABLE) {
  Deno.test(`readPresence() reads what writePresence() writes of ${JSON.stringify(words)}`, () => {
    const read = readPresence(writePresence(words));
    assertEquals(read, { ids: undefined, missed: undefined, topic: undefined, ...words });
  });
}

const FOREIGN = [
  "",
  "[]",
  "null",
  "{",
  "{}",
  '{"v":1}',
  '{"v":-1,"m":1}',
  '{"v":1,"m":1.5}',
  '{"v":1,"m":"1"}',
  '{"v":1,"m":9007199254740992}',
  '{"v":1,"m":1,"w":1}',
  '{"v":1,"m":1,"c":"+a"}',
  '{"v":1,"m":1,"c":["a"]}',
  '{"v":1,"m":1,"c":["+"]}',
  '{"v":1,"m":1,"c":["+a b"]}',
  '{"v":1,"m":1,"i":[1]}',
  '{"v":1,"m":1,"x":-1}',
  '{"v":1,"m":1,"t":5}',
  `{"v":1,"m":1,"t":"${"x".repeat(513)}"}`,
  `{"v":1,"m":1,"i":${JSON.stringify(new Array(1001).fill("a"))}}`,
];

for (const text of FOREIGN) {
  Deno.test(`readPresence() refuses ${text.slice(0, 60)}`, () => {
    const bytes = new TextEncoder().encode(`\x03${text}`);
    assertEquals(readPresence(bytes), undefined);
  });
}

Deno.test("readPresence() refuses what is not UTF-8, begins otherwise, or is too long", () => {
  const right = writePresence(PLAIN);
  assertEquals(readPresence(right.with(0, 1)), undefined);
  assertEquals(readPresence(Uint8Array.of(...right, 0xff)), undefined);
  assertEquals(
    readPresence(new TextEncoder().encode(new TextDecoder().decode(right) + " ".repeat(200_000))),
    undefined,
  );
});
