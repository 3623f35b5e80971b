import { assertEquals } from "@std/assert";
import { json } from "../../lib/codec/json.ts";
import { withEnds } from "../../lib/codec/with_ends.ts";
import { Batch } from "../../lib/base/batch.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** `ab`, an empty one and `ö` as they lie in a stream of lines. */
const lines = () => new Batch(false, bytes("ab\n\nö\n"), [0, 2, 3, 3, 4, 6]);

Deno.test("Batch has its messages as a handler takes them", () => {
  assertEquals([...lines()], ["ab", "", "ö"]);
  assertEquals([...new Batch(true, bytes("abc"), [0, 1, 1, 3])], [bytes("a"), bytes("bc")]);
});

Deno.test("Batch.of() makes a batch of a text or of bytes", () => {
  const text = Batch.of("ö");
  assertEquals([text.binary, text.size, [...text]], [false, 1, ["ö"]]);
  assertEquals([text.bytes, text.spans, text.length], [bytes("ö"), [0, 2], 2]);
  const binary = Batch.of(bytes("ö"));
  assertEquals([binary.binary, binary.size, binary.length], [true, 1, 2]);
});

Deno.test("Batch.frames has every message in a frame of its own", () => {
  assertEquals(
    lines().frames,
    new Uint8Array([0x81, 2, 97, 98, 0x81, 0, 0x81, 2, 0xc3, 0xb6]),
  );
  assertEquals(Batch.of(new Uint8Array([7])).frames, new Uint8Array([0x82, 1, 7]));
});

for (
  const [length, head] of [
    [125, [0x82, 125]],
    [126, [0x82, 126, 0, 126]],
    [65_535, [0x82, 126, 255, 255]],
    [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ] as const
) {
  Deno.test(`Batch.frames writes the length of a message of ${length} bytes`, () => {
    const { frames } = Batch.of(new Uint8Array(length).fill(9));
    assertEquals([...frames.subarray(0, head.length)], [...head]);
    assertEquals(frames.length, head.length + length);
    assertEquals(frames.at(-1), 9);
  });
}

Deno.test("Batch.keep() has the messages after their buffer was used again", () => {
  const buffer = bytes("ab\ncd\n");
  const batch = new Batch(false, buffer, [0, 2, 3, 5]);
  assertEquals(batch.keep(), batch);
  buffer.fill(0);
  assertEquals([...batch], ["ab", "cd"]);
  assertEquals([...Batch.of("text").keep()], ["text"]);
});

for (const framed of [false, true]) {
  Deno.test(`Batch.slice() has some of the messages, framed before: ${framed}`, () => {
    const batch = lines();
    if (framed) batch.keep();
    const some = batch.slice(1);
    assertEquals([some.size, [...some]], [2, ["", "ö"]]);
    assertEquals([...some.frames], [0x81, 0, 0x81, 2, 0xc3, 0xb6]);
    assertEquals([...some], ["", "ö"]);
    assertEquals([...batch.slice(0, 1)], ["ab"]);
    assertEquals([...batch.slice(1, 1)], []);
    assertEquals(batch.slice(0), batch);
    assertEquals([...batch], ["ab", "", "ö"]);
  });
}

Deno.test("Batch.frames is the same for a text, encoded before or not", () => {
  for (const length of [0, 1, 64, 65, 125, 126, 1365, 1366, 70_000]) {
    for (const char of ["x", "ö", "€", "\ud800"]) {
      const text = char.repeat(length);
      const encoded = new Batch(false, bytes(text), [0, bytes(text).length]);
      const batch = Batch.of(text);
      assertEquals(batch.frames.length, encoded.frames.length);
      assertEquals(batch.frames.every((byte, at) => byte === encoded.frames[at]), true);
      assertEquals(batch.bytesAt(0).length, bytes(text).length);
    }
  }
});

for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
  Deno.test(`Batch.frames of ${length} bytes in a buffer of its own are made there`, () => {
    const buffer = new Uint8Array(10 + length + 1);
    const bytes = buffer.subarray(10, 10 + length).fill(7);
    const batch = Batch.given(true, bytes);
    const { frames } = batch;
    assertEquals(frames.buffer, buffer.buffer);
    assertEquals(frames, Batch.of(new Uint8Array(length).fill(7)).frames);
    assertEquals([...batch], [new Uint8Array(length).fill(7)]);
  });
}

const ROOMS: [what: string, before: number, behind: number][] = [
  ["no room", 0, 0],
  ["too little room before", 9, 1],
  ["no room behind", 10, 0],
  ["room", 10, 1],
  ["more room", 100, 100],
];
for (const [what, before, behind] of ROOMS) {
  Deno.test(`Batch.given() with ${what} around the message is framed and ended all the same`, () => {
    const buffer = new Uint8Array(before + 3 + behind).fill(0x23);
    buffer.set(bytes("abc"), before);
    const batch = Batch.given(false, buffer.subarray(before, before + 3));
    assertEquals(withEnds(batch, 10), bytes("abc\n"));
    assertEquals([...batch.frames], [0x81, 3, ...bytes("abc")]);
    assertEquals([...batch], ["abc"]);
  });
}

Deno.test("Batch.given() that two take who end it differently is right for both", () => {
  const buffer = new Uint8Array(14);
  buffer.set(bytes("abc"), 10);
  const batch = Batch.given(false, buffer.subarray(10, 13));
  const { frames } = batch;
  const ended = [10, 0, 59].map((byte) => withEnds(batch, byte));
  assertEquals(ended, [bytes("abc\n"), bytes("abc\0"), bytes("abc;")]);
  assertEquals(frames, Uint8Array.of(0x81, 3, ...bytes("abc")));
});

Deno.test("Batch.given() that is sent and said as JSON goes out as it came", () => {
  const text = bytes('{\n"a":\r\n1}');
  const buffer = new Uint8Array(10 + text.length + 1);
  buffer.set(text, 10);
  const batch = Batch.given(false, buffer.subarray(10, 10 + text.length));
  const { frames } = batch;
  assertEquals(json.encode(batch), '{ "a":  1}\n');
  assertEquals(frames.subarray(2), text);
});
