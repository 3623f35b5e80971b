import { assertEquals } from "@std/assert";
import { asciiOf, hexLines, hexOf } from "../../lib/console/hex.js";

Deno.test("hexOf() and asciiOf() write bytes", () => {
  const bytes = Uint8Array.of(0, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0xff);
  assertEquals([hexOf(bytes), asciiOf(bytes)], ["00 1f 20 41 7e 7f ff", ".. A~.."]);
});

Deno.test("hexLines() makes lines with offset, hex and ASCII, the last one as wide", () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, i) => i + 0x41);
  assertEquals(hexLines(bytes, { from: 0, to: 18, width: 16 }), [
    {
      offset: "00000000",
      hex: "41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50",
      ascii: "ABCDEFGHIJKLMNOP",
    },
    { offset: "00000010", hex: "51 52".padEnd(48), ascii: "QR" },
  ]);
});

Deno.test("hexLines() makes the part that is asked for", () => {
  const lines = hexLines(new Uint8Array(100), { from: 16, to: 32, width: 8 });
  assertEquals(lines.map(({ offset }) => offset), ["00000010", "00000018"]);
  assertEquals(lines[0]?.hex.length, 24);
});
