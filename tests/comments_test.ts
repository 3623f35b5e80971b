import { assertEquals } from "@std/assert";
import { ROOT } from "./support/server.ts";

// The rule is in CONTRIBUTING.md.
const BEGINNINGS =
  /^[ \t]*\/\*\*\s+(?:\*\s+)*(?:What|Who|Whom|Whose|Its|Those|Theirs|It|They|Which|Whoever)\b/gm;

Deno.test("Comments begin with the thing or the deed", async () => {
  const found: string[] = [];
  for await (const path of sources(["main.ts", "lib", "scripts"])) {
    const text = await Deno.readTextFile(ROOT + path);
    found.push(...linesOf(text).map((line) => `${path}:${line}`));
  }
  assertEquals(found, []);
});

const TEXTS: [text: string, lines: number[]][] = [
  ["/** What it takes. */", [1]],
  ["const a = 1;\n\n  /** Its path. */\n  /** The path. */", [3]],
  ["/**\n * Those of a room.\n */", [2]],
  ["  /**\n   *\n   * It ends\n   * by itself.\n   */", [3]],
  ["/** Whoever reads. */\nlet a;\n/**\n * Which one.\n */\nlet b;", [1, 4]],
  ["/** They come, and\n * go. */", [1]],
  ["// What it takes.\n//* Its path.", []],
  ["/* What it takes. */", []],
  ["/** The path, as they say. What it takes: Its own. */", []],
  [
    "/**\n * Ends the process.\n *\n * What is left of it is ended, too.\n * It may take a while.\n */",
    [],
  ],
  ["/** Whether it ends. */\n/** Item of a list. */\n/** Itself. */", []],
  ["/** @param path What to read. */", []],
  ['const glob = "lib/** What";', []],
];
Deno.test("linesOf() finds the first words of comments", () => {
  for (const [text, lines] of TEXTS) assertEquals(linesOf(text), lines, text);
});

/** The lines in which comments begin with another word, from 1 on. */
function linesOf(text: string): number[] {
  return Array.from(text.matchAll(BEGINNINGS), ({ index, 0: { length } }) => {
    return text.slice(0, index + length).split("\n").length;
  });
}

/** All TypeScript files among some paths and below them, relative to the project. */
async function* sources(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    if (path.endsWith(".ts")) yield path;
    else if ((await Deno.stat(ROOT + path)).isDirectory) {
      const names = await Array.fromAsync(Deno.readDir(ROOT + path), ({ name }) => name);
      yield* sources(names.sort().map((name) => `${path}/${name}`));
    }
  }
}
