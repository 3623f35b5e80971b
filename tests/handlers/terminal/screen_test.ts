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
    using screen = new Screen(await loadScreen(), {
      size: { columns: 80, rows: 24 },
      answer: () => {},
    });
    const write = (text: string) =>
      new Promise<void>((resolve) => screen.write(new TextEncoder().encode(text), resolve));
    await write(output);
    const picture = screen.picture();
    assertEquals(picture, `\x1bc${modes}`);
    // Who draws it has the same.
    await write(`\x1bc${picture}`);
    assertEquals(screen.picture(), picture);
  });
}
