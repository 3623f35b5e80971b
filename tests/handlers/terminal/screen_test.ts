import { assertEquals } from "@std/assert";
import { loadScreen, Screen } from "../../../lib/handlers/terminal/screen.ts";

const ROWS: [output: string, modes: string][] = [
  ["\x1b[?25l", "\x1b[?25l"],
  ["\x1b[?25l\x1b[?25h", ""],
  ["\x1b[?25l\x1b[!p", ""],
  ["\x1b[?1002;1006h", "\x1b[?1002h\x1b[?1006h"],
  ["\x1b[?1000h\x1b[?1006h\x1b[?25l\x1b[?1006l", "\x1b[?1000h\x1b[?25l"],
  ["\x1b[?1006h\x1b[?25l\x1bc", ""],
];
for (const [output, modes] of ROWS) {
  Deno.test(`Screen shows whoever comes later the modes of ${JSON.stringify(output)}`, async () => {
    using screen = await emptyScreen();
    await write(screen, output);
    const picture = screen.picture();
    assertEquals(picture, `\x1bc${modes}`);
    // Who draws it has the same.
    await write(screen, `\x1bc${picture}`);
    assertEquals(screen.picture(), picture);
  });
}

const REGIONS: [what: string, output: string][] = [
  ["of the screen", "top\x1b[3;5r\x1b[5;3Hlast"],
  ["that the cursor is above", "\x1b[10;24r\x1b[2;7Hx"],
  ["that was taken back", "\x1b[3;5r\x1b[r\x1b[24;1H"],
  ["of the other screen", "\x1b[3;5r\x1b[?1049h\x1b[2;4r\x1b[4;1Hlast"],
  ["that positions begin in", "\x1b[3;5r\x1b[?6h\x1b[2;3Hx"],
  ["that is all, where positions begin in it", "\x1b[?6h\x1b[2;3Hx"],
];
for (const [what, output] of REGIONS) {
  Deno.test(`Screen shows whoever comes later the scroll region ${what}`, async () => {
    using first = await emptyScreen();
    using later = await emptyScreen();
    await write(first, output);
    await write(later, first.picture());
    for (const next of ["", "here", "\n\none\n", "\n\ntwo", "\x1b[1;1Hthree"]) {
      await write(first, next);
      await write(later, next);
      assertEquals([next, later.picture()], [next, first.picture()]);
    }
  });
}

async function emptyScreen(): Promise<Screen> {
  const size = { columns: 80, rows: 24 };
  return new Screen(await loadScreen(), { size, answer: () => {} });
}

function write(screen: Screen, text: string): Promise<void> {
  return new Promise((resolve) => screen.write(new TextEncoder().encode(text), resolve));
}
