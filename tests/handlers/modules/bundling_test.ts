import { assertEquals } from "@std/assert";
import { bundleLine } from "../../../lib/handlers/modules/bundling.ts";

const LINES: [file: string, line: string][] = [
  ["game.ts", "deno bundle --sourcemap=inline -o game.js game.ts"],
  ["./a.b/game.tsx", "deno bundle --sourcemap=inline -o ./a.b/game.js ./a.b/game.tsx"],
  ["game.js", "deno bundle --sourcemap=inline -o game.bundle.js game.js"],
  ["my game's.ts", `deno bundle --sourcemap=inline -o 'my game'\\''s.js' 'my game'\\''s.ts'`],
];
for (const [file, line] of LINES) {
  Deno.test(`bundleLine() is a line for a shell: ${file}`, () => {
    assertEquals(bundleLine(file), line);
  });
}
