import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import * as nodeModule from "node:module";
import type { Handler } from "../../lib/contract.ts";
import { Modules } from "../../lib/handlers/modules.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Tree } from "../support/tree.ts";
import { Talk } from "./talk.ts";

// Older ones do not tell what a module imports.
const ignore = !("registerHooks" in nodeModule);

/** What a handler sends first. */
async function greeting(handler: Handler): Promise<unknown> {
  await using talk = await Talk.open(handler);
  return talk.connection.sent[0];
}

const HELLO = "export default { open(connection) { connection.send('hello'); } };";
const SENDS_B = `import { b } from "./b.ts";\nexport default { open(c) { c.send(String(b)); } };`;

Deno.test("Modules loads a module once, and has the same stamp while it is the same", async () => {
  await using tree = await Tree.make({ "a.ts": HELLO });
  const modules = new Modules();
  const file = `${tree.root}/a.ts`;
  const stamp = await modules.stamp(file);
  const handler = await modules.load(file);
  assertEquals(await greeting(handler), "hello");
  assertEquals(await modules.stamp(file), stamp);
  assertStrictEquals(await modules.load(file), handler);
});

Deno.test("Modules loads a module again when it has changed, and says so", async () => {
  await using tree = await Tree.make({ "a.ts": HELLO });
  const modules = new Modules();
  const file = `${tree.root}/a.ts`;
  const stamp = await modules.stamp(file);
  const before = await modules.load(file);
  await tree.write("a.ts", HELLO.replace("hello", "hello again"));
  using log = new CapturedLog();
  assert(await modules.stamp(file) !== stamp);
  assertEquals(await greeting(await modules.load(file)), "hello again");
  assertEquals(await greeting(before), "hello");
  assertEquals(log.messages, [`INFO server: Loaded "${file}" again`]);
});

/** Something imported: how, and how it changes. */
const IMPORTED: [what: string, files: Record<string, string>, change: [string, string]][] = [
  ["imports", { "a.ts": SENDS_B, "b.ts": "export const b: number = 1;" }, [
    "b.ts",
    "export const b: number = 2; //",
  ]],
  [
    "imports by another one",
    { "a.ts": SENDS_B, "b.ts": `export * from "./c/d.js";`, "c/d.js": "export const b = 1;" },
    ["c/d.js", "export const b = 2; //"],
  ],
  [
    "imports as JSON",
    {
      "a.ts": SENDS_B.replace('./b.ts"', './b.json" with { type: "json" }').replace("{ b }", "b"),
      "b.json": "1",
    },
    ["b.json", "2\n"],
  ],
  [
    "imports when it runs",
    {
      "a.ts": `const { b } = await import("./b.ts");\n${SENDS_B.split("\n")[1]}`,
      "b.ts": "export const b = 1;",
    },
    ["b.ts", "export const b = 2; //"],
  ],
  [
    "imports in a circle",
    {
      "a.ts": `${SENDS_B}\nexport const a = 1;`,
      "b.ts": `import { a } from "./a.ts";\nexport const b = 1; export const f = () => a;`,
    },
    ["b.ts", "export const b = 2; //"],
  ],
];
for (const [what, files, [name, text]] of IMPORTED) {
  Deno.test({
    name: `Modules loads a module again when a file has changed that it ${what}`,
    ignore,
    async fn() {
      await using tree = await Tree.make(files);
      const modules = new Modules();
      const file = `${tree.root}/a.ts`;
      const stamp = await modules.stamp(file);
      assertEquals(await greeting(await modules.load(file)), "1");
      await tree.write(name, text);
      const next = await modules.stamp(file);
      assert(next !== stamp, "the stamp is the same");
      assertEquals(await greeting(await modules.load(file)), "2");
      assertEquals(await modules.stamp(file), next);
    },
  });
}

const COUNT = "let count = 0;\nexport const counted = () => ++count;";
const COUNTS = `import { counted } from "./count.ts";
export default { open(c) { c.send(String(counted())); } };`;

Deno.test({
  name: "Modules leaves what has not changed as it is, with all that it remembers",
  ignore,
  async fn() {
    await using tree = await Tree.make({ "a.ts": COUNTS, "b.ts": COUNTS, "count.ts": COUNT });
    const modules = new Modules();
    const [a, b] = [`${tree.root}/a.ts`, `${tree.root}/b.ts`];
    const before = [await modules.stamp(a), await modules.stamp(b)];
    assertEquals(await greeting(await modules.load(a)), "1");
    assertEquals(await greeting(await modules.load(b)), "2");
    await tree.write("a.ts", `${COUNTS}\n`);
    const after = [await modules.stamp(a), await modules.stamp(b)];
    assertEquals(after.map((stamp, index) => stamp === before[index]), [false, true]);
    assertEquals(await greeting(await modules.load(a)), "3");
    // What both import is one module for both, also when it is new.
    await tree.write("count.ts", `${COUNT}\n`);
    await modules.stamp(a);
    await modules.stamp(b);
    assertEquals(await greeting(await modules.load(a)), "1");
    assertEquals(await greeting(await modules.load(b)), "2");
  },
});

Deno.test({
  name: "Modules lets a module import the server's own modules",
  ignore,
  async fn() {
    const own = new URL("../../lib/base/errors.ts", import.meta.url).pathname;
    const text = `import { HandshakeError } from "${own}";
export default { accept() { throw new HandshakeError(418, "tea"); } };`;
    await using tree = await Tree.make({ "a.ts": text });
    const { HandshakeError } = await import("../../lib/base/errors.ts");
    const modules = new Modules();
    for (const end of ["", "\n"]) {
      await tree.write("a.ts", text + end);
      await modules.stamp(`${tree.root}/a.ts`);
      const handler = await modules.load(`${tree.root}/a.ts`);
      await assertRejects(async () => await Talk.open(handler), HandshakeError);
    }
  },
});

Deno.test("Modules fails at what has never been loaded", async () => {
  await using tree = await Tree.make();
  const error = await assertRejects(() => new Modules().stamp(`${tree.root}/a.ts`));
  assertMatch((error as Error).message, /^Cannot load ".*\/a\.ts": No such file/);
});

const BREAK: [what: string, text: string | undefined, why: RegExp][] = [
  ["does not parse", "export default {", /SyntaxError: .* \(.*\/a\.ts:1:\d+\)/],
  ["throws", "throw new Error('oh');", /it threw Error: oh \(.*\/a\.ts:1:7\)/],
  ["is no handler", "export default 1;", /its default export is a number/],
  ["is gone", undefined, /No such file/],
];
for (const [what, text, why] of BREAK) {
  Deno.test(`Modules keeps a handler whose module ${what}, until it is mended`, async () => {
    await using tree = await Tree.make({ "a.ts": HELLO });
    const modules = new Modules();
    const file = `${tree.root}/a.ts`;
    const stamp = await modules.stamp(file);
    if (text === undefined) await Deno.remove(file);
    else await tree.write("a.ts", text);
    using log = new CapturedLog();
    assertEquals(await modules.stamp(file), stamp);
    assertEquals(await greeting(await modules.load(file)), "hello");
    assertEquals(log.messages.length, 1);
    assertMatch(
      log.messages[0] ?? "",
      /^ERROR server: Cannot load ".*a\.ts": .*; what was loaded before stays$/,
    );
    assertMatch(log.messages[0] ?? "", why);
    await tree.write("a.ts", HELLO.replace("hello", "mended"));
    assert(await modules.stamp(file) !== stamp);
    assertEquals(await greeting(await modules.load(file)), "mended");
  });
}

/** Changes of a folder of modules that are to be taken up. */
const CHANGES: [what: string, change: (tree: Tree) => Promise<void>, needsHooks?: true][] = [
  ["a module", (tree) => tree.write("a.ts", `${COUNTS}\n`)],
  ["what it imports", (tree) => tree.write("count.ts", `${COUNT}\n`), true],
  ["a new one", (tree) => tree.write("c.ts", HELLO)],
  ["one that has gone", (tree) => Deno.remove(`${tree.root}/b.ts`)],
  ["what a link leads to", (tree) => tree.write("../l.ts", `${HELLO}\n`)],
  ["a link that leads elsewhere", async ({ root }) => {
    await Deno.symlink("../m.ts", `${root}/.new`);
    await Deno.rename(`${root}/.new`, `${root}/l.ts`);
  }],
];
for (const [what, change, needsHooks] of CHANGES) {
  Deno.test({
    name: `Modules.watch() tells once of ${what}`,
    ignore: needsHooks === true && ignore,
    async fn() {
      await using tree = await Tree.make(
        { "a.ts": COUNTS, "b.ts": HELLO, "count.ts": COUNT, "../l.ts": HELLO, "../m.ts": HELLO },
        { "l.ts": "../l.ts" },
      );
      const modules = new Modules();
      const update = async () => {
        for (const { file } of modules.list(tree.root)) {
          // It is what others import.
          if (!file.endsWith("count.ts")) await modules.stamp(file);
        }
      };
      await update();
      using timers = new FakeTimers();
      let told = 0;
      using _watching = modules.watch(async () => {
        await update();
        told++;
      });
      await timers.pass(1000);
      assertEquals(told, 0);
      await change(tree);
      while (told === 0) await settled(timers);
      for (let turn = 0; turn < 5; turn++) await settled(timers);
      assertEquals(told, 1);
    },
  });
}

Deno.test("Modules.watch() tells of a mended module that was never loaded", async () => {
  await using tree = await Tree.make({ "a.ts": "throw 1;" });
  const modules = new Modules();
  const file = `${tree.root}/a.ts`;
  await assertRejects(() => modules.stamp(file));
  using timers = new FakeTimers();
  const { promise, resolve } = Promise.withResolvers<string>();
  using _watching = modules.watch(async () => resolve(await modules.stamp(file)));
  await tree.write("a.ts", HELLO);
  for (let turn = 0; turn < 4; turn++) await settled(timers);
  await promise;
  assertEquals(await greeting(await modules.load(file)), "hello");
});

Deno.test("Modules.watch() tells once of a change that cannot be taken up", async () => {
  await using tree = await Tree.make({ "a.ts": HELLO });
  const modules = new Modules();
  await modules.stamp(`${tree.root}/a.ts`);
  using timers = new FakeTimers();
  let told = 0;
  using _watching = modules.watch(() => {
    told++;
    return Promise.resolve();
  });
  await tree.write("a.ts", `${HELLO}\n`);
  for (let turn = 0; turn < 10; turn++) await settled(timers);
  assertEquals(told, 1);
});

/** Lets half a second pass, and what the runtime does meanwhile. */
async function settled(timers: FakeTimers): Promise<void> {
  await timers.pass(500);
  // Loading a module takes turns of the event loop.
  await Deno.stat(".");
}
