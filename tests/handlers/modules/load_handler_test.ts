import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../../lib/base/errors.ts";
import { loadHandler } from "../../../lib/handlers/modules/load_handler.ts";
import { Tree } from "../../support/tree.ts";

/** Why the module `a.ts` among these files is refused; `…` is their folder. */
async function refusal(files: Record<string, string>, file = "a.ts"): Promise<string> {
  await using tree = await Tree.make(files);
  const path = `${tree.root}/${file}`;
  const error = await assertRejects(
    () => loadHandler(path, pathToFileURL(path).href),
    UsageError,
  );
  return error.message.replaceAll(tree.root, "…");
}

const EXPORTS: [text: string, why: string][] = [
  ["export const open = 1;", "there is no default export in it"],
  [
    "export default undefined;",
    "its default export is undefined: an object with the method open is expected",
  ],
  [
    "export default null;",
    "its default export is null: an object with the method open is expected",
  ],
  [
    "export default 'a';",
    "its default export is a string: an object with the method open is expected",
  ],
  [
    "export default () => {};",
    "its default export is a function: an object with the method open is expected",
  ],
  [
    "export default class { open() {} }",
    "its default export is a function: an object with the method open is expected",
  ],
  ["export default {};", "there is no method open, accept or respond in its default export"],
  ["export default { open: 1 };", "there is a number, no method, open in its default export"],
  [
    "export default { open() {}, accept: 'a' };",
    "there is a string, no method, accept in its default export",
  ],
  [
    "export default { open() {}, start: true };",
    "there is a boolean, no method, start in its default export",
  ],
  [
    "export default { open() {}, [Symbol.asyncDispose]: {} };",
    "there is a object, no method, Symbol(Symbol.asyncDispose) in its default export",
  ],
];
for (const [text, why] of EXPORTS) {
  Deno.test(`loadHandler() refuses ${text}`, async () => {
    assertEquals(await refusal({ "a.ts": text }), `Cannot load "…/a.ts": ${why}`);
  });
}

const OK = "export default { open() {} };";
const BROKEN: [what: string, files: Record<string, string>, why: string | RegExp][] = [
  ["a file that is not there", {}, "No such file or directory (os error 2): stat '…/a.ts'"],
  ["a folder", { "a.ts/b.ts": "" }, "it is a folder, which --handlers serves"],
  [
    "a syntax error",
    { "a.ts": "export default {\n  open() {\n    f(\n  },\n};\n" },
    /^SyntaxError: .* \(…\/a\.ts:4:3\)$/,
  ],
  [
    "a syntax error in what is imported",
    { "a.ts": `import "./lib/b.ts";\n${OK}`, "lib/b.ts": "\nlet let = 1;" },
    /^SyntaxError: .* \(…\/lib\/b\.ts:2:\d+\)$/,
  ],
  [
    "an import that is not there",
    { "a.ts": `${OK}\nimport { b } from "./b.ts";b;` },
    'Module not found "…/b.ts" (…/a.ts:2:19)',
  ],
  [
    "an import of what is not exported",
    { "a.ts": `import { b } from "./b.ts";b;${OK}`, "b.ts": "export const c = 1;" },
    "SyntaxError: The requested module './b.ts' does not provide an export named 'b' (…/a.ts:1:10)",
  ],
  [
    "an import of a bare name",
    { "a.ts": `import "lodash";${OK}` },
    'cannot import "lodash": a package is named as in "npm:lodash", a file as in "./lodash" (…/a.ts:1:8)',
  ],
  [
    "JSON that is none",
    { "a.ts": `import b from "./b.json" with { type: "json" };b;${OK}`, "b.json": "{ b" },
    /^cannot import "\.\/b\.json": .* JSON at position 2 .*\(…\/a\.ts:1:15\)$/,
  ],
  [
    "a throw",
    { "a.ts": `interface A { a: number }\n\nthrow new TypeError("no\\nway");` },
    "it threw TypeError: no\nway (…/a.ts:3:7)",
  ],
  [
    "a throw in what is imported",
    { "a.ts": `import "./b.ts";${OK}`, "b.ts": `function f() {\n  throw new Error("b");\n}\nf();` },
    "it threw Error: b (…/b.ts:2:9)",
  ],
  [
    "a rejection",
    { "a.ts": `await Promise.reject(new Error("later"));` },
    "it threw Error: later (…/a.ts:1:22)",
  ],
  ["a throw of what is no error", { "a.ts": `throw "a text";` }, "it threw a text"],
];
for (const [what, files, why] of BROKEN) {
  Deno.test(`loadHandler() names file, line and reason of ${what}`, async () => {
    const message = await refusal(files);
    const start = 'Cannot load "…/a.ts": ';
    assertEquals(message.slice(0, start.length), start);
    const reason = message.slice(start.length);
    assertEquals(
      typeof why === "string" ? reason : why.test(reason) || reason,
      typeof why === "string" ? why : true,
    );
  });
}

Deno.test("loadHandler() leaves the handler as it is", async () => {
  await using tree = await Tree.make({
    "a.ts":
      `class Game { label: string = "a game"; open() { return {}; } }\nexport default new Game();`,
  });
  const url = pathToFileURL(`${tree.root}/a.ts`).href;
  const handler = await loadHandler(`${tree.root}/a.ts`, url);
  assertEquals(handler, (await import(url)).default);
  assertEquals(handler.label, "a game");
});
