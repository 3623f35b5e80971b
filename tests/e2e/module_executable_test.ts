import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { compiledBinary } from "../support/compiled.ts";
import { HttpClient } from "../support/http_client.ts";
import { runToEnd, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const binary = compiledBinary();
const why = "reason" in binary ? `: ${binary.reason}` : "";

function testBinary(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `${name} [binary${why}]`,
    ignore: "reason" in binary && binary.ignore,
    fn,
  });
}

/** What the executable says of a module that it cannot load. */
async function refusal(tree: Tree, file: string): Promise<string> {
  const args = ["--port=0", "--address=127.0.0.1", `--route=/a=module ${file}`];
  const { code, stderr } = await runToEnd(args, { form: "binary", cwd: tree.root });
  assertEquals(code, 1);
  return (stderr.split("\n")[0] ?? "").replaceAll(tree.root, "…");
}

async function greeting(tree: Tree, file: string): Promise<string> {
  await using server = await TestServer.start([`--route=/a=module ${file}`], {
    form: "binary",
    cwd: tree.root,
  });
  using client = await RawClient.open(`${server.url}a`);
  return await client.text();
}

testBinary("stdws loads JavaScript and what it imports from the disk", async () => {
  await using tree = await Tree.make({
    "game.js": `import { basename } from "node:path";
      import { b } from "./lib/b.mjs";
      import c from "./lib/c.json" with { type: "json" };
      const { d } = await import("./lib/d.js");
      export default { open: (conn) => conn.send([basename("/x/y"), b, c, d].join()) };`,
    "lib/b.mjs": "export const b = 'b';",
    "lib/c.json": '"c"',
    "lib/d.js": `export * from "../e.js";`,
    "e.js": "export const d = 'd';",
  });
  assertEquals(await greeting(tree, "game.js"), "y,b,c,d");
});

testBinary("stdws refuses TypeScript with the line that makes JavaScript of it", async () => {
  await using tree = await Tree.make({
    "my game.ts": `import { split } from "npm:shlex@3.0.0";
      import { name } from "./name.ts";
      enum Word { first = 1 }
      export default {
        open: (c: { send(text: string): void }) => c.send(split("'a b' " + name)[Word.first] ?? ""),
      };`,
    "name.ts": "export const name: string = 'bundled';",
  });
  const message = await refusal(tree, `"my game.ts"`);
  const [, line = ""] =
    /^stdws: Cannot serve the route \/a: Cannot load "my game\.ts": the executable reads only JavaScript; this makes one file of it: (.*)$/
      .exec(message) ?? [];
  assertEquals(line, "deno bundle --sourcemap=inline -o 'my game.js' 'my game.ts'", message);
  const shell = `deno() { "$DENO" "$@"; }; ${line}`;
  const { success, stderr } = await new Deno.Command("sh", {
    args: ["-c", shell],
    cwd: tree.root,
    env: { DENO: Deno.execPath() },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(await greeting(tree, `"my game.js"`), "bundled");
});

const PACKAGES = ["npm:left-pad@1.3.0", "lodash", "jsr:@std/assert@1", "https://127.0.0.1:1/a.js"];
for (const name of PACKAGES) {
  testBinary(`stdws says where a module imports "${name}", and what to do`, async () => {
    await using tree = await Tree.make({
      "game.js": `import "./lib/b.js";\nexport default { open() {} };`,
      "lib/b.js": `\n  import "${name}";`,
    });
    assertEquals(
      await refusal(tree, "game.js"),
      `stdws: Cannot serve the route /a: Cannot load "game.js": cannot import "${name}" in the executable (lib/b.js:2:10); this makes one file of it: deno bundle --sourcemap=inline -o game.bundle.js game.js`,
    );
  });
}

testBinary("stdws says where a module imports TypeScript, and what to do", async () => {
  await using tree = await Tree.make({
    "game.js": `import "./b.ts";\nexport default { open() {} };`,
    "b.ts": "export const a: number = 1;",
  });
  const message = await refusal(tree, "game.js");
  assertMatch(message, /: the executable reads only JavaScript \(b\.ts:1:\d+\)/);
  assertStringIncludes(message, "deno bundle --sourcemap=inline -o game.bundle.js game.js");
});

testBinary("stdws says of a bundle where in its source it has thrown", async () => {
  await using tree = await Tree.make({
    "game.ts": `interface A {}
      import { deep } from "./deep.ts";
      export default { respond: (): Response => deep() };`,
    "deep.ts": "type A = 1;\n\nexport function deep(): never { throw new Error('oh no'); }",
  });
  const message = await refusal(tree, "game.ts");
  const line = message.split("this makes one file of it: ")[1] ?? "";
  const [, ...args] = line.split(" ");
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: tree.root }).output();
  assert(success, line);
  await using server = await TestServer.start(["--route=/a=module game.js"], {
    form: "binary",
    cwd: tree.root,
  });
  await HttpClient.ask(server.url, "GET /a");
  await server.stdout.until(/The handler failed: oh no \(deep\.ts:3:\d+\)$/);
});
