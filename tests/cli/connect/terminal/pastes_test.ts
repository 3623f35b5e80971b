import { assertEquals } from "@std/assert";
import { cleanPaste, Pastes, type Typed } from "../../../../lib/cli/connect/terminal/pastes.ts";

const BEGIN = "\x1b[200~";
const END = "\x1b[201~";
const keys = (text: string): Typed => ({ text, isPasted: false });
const pasted = (text: string): Typed => ({ text, isPasted: true });

const SPLIT: [text: string, parts: Typed[]][] = [
  ["abc", [keys("abc")]],
  ["\x1b[A\x1b[200X", [keys("\x1b[A\x1b[200X")]],
  [`a${BEGIN}b\x1b[A${END}c`, [keys("a"), pasted("b\x1b[A"), keys("c")]],
  [`${BEGIN}${END}`, []],
  [`${BEGIN}a${END}-${BEGIN}b${END}`, [pasted("a"), keys("-"), pasted("b")]],
  [`${BEGIN}a${BEGIN}b${END}`, [pasted(`a${BEGIN}b`)]],
  ["a\x1b[20\x1b[200", [keys("a\x1b[20")]],
  [`a${END}b`, [keys(`a${END}b`)]],
  [`${BEGIN}never ended`, [pasted("never ended")]],
];
for (const [text, parts] of SPLIT) {
  Deno.test(`Pastes divides ${JSON.stringify(text)}, wherever it is cut`, () => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const pastes = new Pastes();
        const chunks = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        assertEquals(joined(chunks.flatMap((chunk) => pastes.split(chunk))), parts);
      }
    }
  });
}

/** Parts of one kind that follow each other as one. */
function joined(parts: readonly Typed[]): Typed[] {
  const found: Typed[] = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (last?.isPasted !== part.isPasted) found.push(part);
    else found[found.length - 1] = { ...last, text: last.text + part.text };
  }
  // Where a mark is cut behind its Escape, this is a key as well.
  return found.map((part) => {
    const isCut = !part.isPasted && part.text.endsWith("\x1b");
    return isCut ? keys(part.text.slice(0, -1)) : part;
  })
    .filter(({ text }) => text !== "");
}

Deno.test("Pastes gives a lone Escape at once, as a key that somebody has pressed", () => {
  assertEquals(new Pastes().split("\x1b"), [keys("\x1b")]);
});

const CLEAN: [text: string, clean: string][] = [
  ["a\r\nb\rc\nd\n\n", "a\nb\nc\nd\n\n"],
  ["a\tb\x00\x03\x04\x1b[31m\x7f\x9b中😀", "a\tb[31m中😀"],
];
for (const [text, clean] of CLEAN) {
  Deno.test(`cleanPaste() makes ${JSON.stringify(clean)} of ${JSON.stringify(text)}`, () => {
    assertEquals(cleanPaste(text), clean);
  });
}
