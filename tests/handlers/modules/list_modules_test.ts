import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { listModules } from "../../../lib/handlers/modules/list_modules.ts";
import { Tree } from "../../support/tree.ts";

/** The paths with the files as they lie in the folder. */
function listed(tree: Tree, folder = tree.root): [path: string, file: string][] {
  return listModules(folder).map(({ path, file }) => [path, file.slice(tree.root.length + 1)]);
}

const PATHS: [file: string, path: string][] = [
  ["echo.ts", "/echo"],
  ["chat/lobby.ts", "/chat/lobby"],
  ["index.js", "/"],
  ["chat/index.ts", "/chat"],
  ["a/b/c/d.mjs", "/a/b/c/d"],
  ["a.mts", "/a"],
  ["a.tsx", "/a"],
  ["a.jsx", "/a"],
  ["v1.2.ts", "/v1.2"],
  ["indexes.ts", "/indexes"],
  ["index/a.ts", "/index/a"],
  ["test.ts", "/test"],
  ["a_b.ts", "/a_b"],
];
for (const [file, path] of PATHS) {
  Deno.test(`listModules() serves ${file} at ${path}`, async () => {
    await using tree = await Tree.make({ [file]: "" });
    assertEquals(listed(tree), [[path, file]]);
  });
}

const LEFT_OUT = [
  "_helper.ts",
  ".hidden.ts",
  "_lib/a.ts",
  ".git/a.js",
  "node_modules/a/index.js",
  "types.d.ts",
  "types.d.mts",
  "a_test.ts",
  "a.test.js",
  "README.md",
  "data.json",
  "old.cjs",
  "ts",
  "a.ts.bak",
];
for (const file of LEFT_OUT) {
  Deno.test(`listModules() leaves ${file} out`, async () => {
    await using tree = await Tree.make({ [file]: "", "in/a.ts": "" });
    assertEquals(listed(tree), [["/in/a", "in/a.ts"]]);
  });
}

/** Names, what a client asks for, and what it must not get by them. */
const LITERAL: [name: string, target: string, other: string][] = [
  ["a+b", "/a+b", "/aab"],
  ["[x]", "/[x]", "/x"],
  ["a*", "/a*", "/abc"],
  [":room", "/:room", "/lobby"],
  ["a?", "/a%3F", "/"],
  ["{a}", "/%7Ba%7D", "/a"],
  ["(.*)", "/(.*)", "/abc"],
  ["a b", "/a%20b", "/ab"],
  ["ü", "/%C3%BC", "/u"],
  ["a%41", "/a%2541", "/aA"],
  ["a\\b", "/a%5Cb", "/a/b"],
  ["a\nb", "/a%0Ab", "/ab"],
  ["a#b", "/a%23b", "/a"],
];
for (const [name, target, other] of LITERAL) {
  Deno.test(`listModules() takes the name ${JSON.stringify(name)} as it is`, async () => {
    await using tree = await Tree.make({ [`${name}.ts`]: "" });
    const [module] = listModules(tree.root);
    const pattern = new URLPattern({ pathname: module?.path ?? "" });
    assertEquals(
      [target, other].map((pathname) => pattern.test({ pathname })),
      [true, false],
      module?.path,
    );
  });
}

Deno.test("listModules() sorts by path and follows links, but not in circles", async () => {
  await using tree = await Tree.make(
    { "b.ts": "", "a/z.ts": "", "a/b.ts": "", "../elsewhere/c.ts": "", "../other.ts": "" },
    { "a/circle": "..", "linked": "../elsewhere", "l.ts": "../other.ts", "broken.ts": "nowhere" },
  );
  assertEquals(listed(tree), [
    ["/a/b", "a/b.ts"],
    ["/a/z", "a/z.ts"],
    ["/b", "b.ts"],
    ["/broken", "broken.ts"],
    ["/l", "l.ts"],
    ["/linked/c", "linked/c.ts"],
  ]);
});

Deno.test("listModules() takes a folder with a slash at its end", async () => {
  await using tree = await Tree.make({ "a.ts": "" });
  assertEquals(listed(tree, `${tree.root}/`), [["/a", "a.ts"]]);
});

const WRONG: [what: string, files: Record<string, string>, folder: string, message: string][] = [
  [
    "a folder that is not there",
    {},
    "none",
    "No such file or directory (os error 2): stat '…/none'",
  ],
  ["a file", { "a.ts": "" }, "a.ts", "it is not a directory"],
  ["a folder without modules", { "_a.ts": "", "a.md": "" }, "", "there is no module in it"],
  [
    "two modules for one path",
    { "a.ts": "", "a.js": "" },
    "",
    'both "…/a.js" and "…/a.ts" are for the path /a',
  ],
  [
    "a module and a folder's index for one path",
    { "a.ts": "", "a/index.ts": "" },
    "",
    'both "…/a/index.ts" and "…/a.ts" are for the path /a',
  ],
];
for (const [what, files, folder, message] of WRONG) {
  Deno.test(`listModules() refuses ${what}`, async () => {
    await using tree = await Tree.make(files);
    const path = tree.root + (folder && `/${folder}`);
    const error = assertThrows(() => listModules(path), UsageError);
    assertEquals(
      error.message.replaceAll(tree.root, "…"),
      `Cannot serve handlers from "…${folder && `/${folder}`}": ${message}`,
    );
  });
}
