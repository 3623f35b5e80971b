import { assertEquals } from "@std/assert";
import { Whole } from "../../../lib/handlers/terminal/whole.ts";

const TEXT = "aé€\u{1F30D}b";

const SEQUENCES = [
  "\x1b[1;31m",
  "\x1b[?25l",
  "\x1b]2;title\x07",
  "\x1b]8;;http://a.b/\x1b\\",
  "\x1bP1$r\x1b\\",
  "\x1b(B",
  "\x1b7",
];
for (const sequence of SEQUENCES) {
  Deno.test(`Whole cuts no ${JSON.stringify(sequence)}`, () => {
    const bytes = new TextEncoder().encode(sequence);
    for (let at = 1; at < bytes.length; at++) {
      const whole = new Whole();
      assertEquals(whole.push(bytes.slice(0, at)).length, 0);
      assertEquals(whole.push(bytes.slice(at)), bytes);
    }
    // What is broken off holds nothing back.
    const broken = new TextEncoder().encode(`${sequence.slice(0, -1)}\x18a`);
    assertEquals(new Whole().push(broken), broken);
  });
}

Deno.test("Whole hands on what is longer than any sequence but an image", () => {
  const whole = new Whole();
  const image = new TextEncoder().encode(`\x1bPq${"~".repeat(5000)}`);
  assertEquals(whole.push(image), image);
});

Deno.test("Whole cuts between characters, wherever its chunks are cut", () => {
  const bytes = new TextEncoder().encode(TEXT);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const whole = new Whole();
      const parts = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
      // Each of them is whole, or that throws.
      const texts = parts.map((part) => decoder.decode(whole.push(part)));
      assertEquals(texts.join(""), TEXT);
      assertEquals(whole.end().length, 0);
    }
  }
});

const BROKEN: [bytes: number[], held: number][] = [
  [[0x61, 0xc3], 1],
  [[0xf0, 0x9f, 0x8c], 3],
  // Nothing that is none waits for the rest of one.
  [[0x80, 0x80, 0x80, 0x80], 0],
  [[0xc3, 0x28], 0],
  [[0xff], 1],
];
Deno.test("Whole holds back no more than the beginning of a character", () => {
  for (const [bytes, held] of BROKEN) {
    const whole = new Whole();
    const given = [...whole.push(Uint8Array.from(bytes))];
    assertEquals(given, bytes.slice(0, bytes.length - held));
    assertEquals([...given, ...whole.end()], bytes);
  }
});
