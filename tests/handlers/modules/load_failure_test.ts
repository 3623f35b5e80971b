import { assertEquals } from "@std/assert";
import { loadFailure } from "../../../lib/handlers/modules/load_failure.ts";
import { Tree } from "../../support/tree.ts";

// What the compiled executable is told by its runtime has no place in it.
const EXECUTABLE: [what: string, text: string, error: (root: string) => Error, why: string][] = [
  [
    "a package",
    `\nimport "npm:shlex@3";`,
    () => new TypeError("Could not find constraint 'shlex@3' in the list of packages."),
    'cannot import "npm:shlex@3" in the executable (…/a.js:2:8); this makes one file of it: deno bundle --sourcemap=inline -o …/a.bundle.js …/a.js',
  ],
  [
    "a bare name",
    `import "lodash";`,
    () => new TypeError(`Import "lodash" not a dependency`),
    'cannot import "lodash" in the executable (…/a.js:1:8); this makes one file of it: deno bundle --sourcemap=inline -o …/a.bundle.js …/a.js',
  ],
  [
    "a file that is not there",
    `import "node:path";import "./b.js";`,
    (root) => new TypeError(`Module not found: file://${root}/b.js`),
    "cannot import \"./b.js\": No such file or directory (os error 2): readfile '…/b.js' (…/a.js:1:27)",
  ],
  [
    "TypeScript",
    `import "./b.ts";`,
    (root) =>
      new SyntaxError(`Missing initializer in const declaration at file://${root}/b.ts:1:14`),
    "the executable reads only JavaScript (…/b.ts:1:14); this makes one file of it: deno bundle --sourcemap=inline -o …/a.bundle.js …/a.js",
  ],
  [
    "a syntax error",
    "",
    (root) => new SyntaxError(`missing ) after argument list at file://${root}/a.js?v=3:3:21`),
    "SyntaxError: missing ) after argument list (…/a.js:3:21)",
  ],
];
for (const [what, text, error, why] of EXECUTABLE) {
  Deno.test(`loadFailure() explains ${what} to the user of the executable`, async () => {
    await using tree = await Tree.make({ "a.js": text });
    // The runtime's have none of this test.
    const told = Object.assign(error(tree.root), { stack: "" });
    const message = loadFailure(`${tree.root}/a.js`, told, true);
    assertEquals(message.replaceAll(tree.root, "…"), `Cannot load "…/a.js": ${why}`);
  });
}

Deno.test("loadFailure() finds the place also where it is coloured", () => {
  const place =
    "\x1b[0m\x1b[36mfile:///a/b.ts\x1b[0m:\x1b[0m\x1b[33m1\x1b[0m:\x1b[0m\x1b[33m19\x1b[0m";
  const error = new TypeError(`Module not found "file:///a/c.ts".\n    at ${place}`);
  assertEquals(
    loadFailure("b.ts", error),
    'Cannot load "b.ts": Module not found "/a/c.ts" (/a/b.ts:1:19)',
  );
});

Deno.test("loadFailure() names files below the working directory as they are from there", () => {
  const error = new SyntaxError(`Unexpected token at file://${Deno.cwd()}/a/b.ts:1:2`);
  assertEquals(
    loadFailure("a/b.ts", error),
    'Cannot load "a/b.ts": SyntaxError: Unexpected token (a/b.ts:1:2)',
  );
});
