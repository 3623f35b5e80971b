import { assertEquals, assertMatch } from "@std/assert";
import * as nodeModule from "node:module";
import { RawClient } from "../support/client.ts";
import { type Form, testBoth, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** A module that says its text at once, and again when it is asked. */
const says = (text: string) =>
  `export default {
  open(connection) {
    connection.send("${text}");
    return { message: () => connection.send("still ${text}") };
  },
  [Symbol.asyncDispose]: async () => console.log("disposed ${text}"),
};\n`;

async function greeting(server: TestServer, path: string): Promise<string> {
  using client = await RawClient.open(server.url + path);
  return await client.text();
}

/** Serves a folder of modules, and loads them again when they change. */
async function watching(
  form: Form,
  files: Record<string, string>,
  test: (server: TestServer, tree: Tree) => Promise<void>,
): Promise<void> {
  await using tree = await Tree.make(files);
  await using server = await TestServer.start(["--watch", `--handlers=${tree.root}`], { form });
  await test(server, tree);
}

testBoth("stdws --watch leaves connections with the module that they have", async (form) => {
  await watching(form, { "a.js": says("one") }, async (server, tree) => {
    const before = await RawClient.open(`${server.url}a`);
    assertEquals(await before.text(), "one");
    await tree.replace("a.js", says("another one"));
    await server.stdout.until(/Loaded ".*a\.js" again/);
    await server.stdout.after(server.stdout.all.length - 1, /Serving \/a/);
    assertEquals(await greeting(server, "a"), "another one");
    await before.send("?");
    assertEquals(await before.text(), "still one");
    before[Symbol.dispose]();
    await server.stdout.until(/^disposed one$/);
    assertEquals(await greeting(server, "a"), "another one");
  });
});

testBoth("stdws --watch takes up modules that come and go", async (form) => {
  await watching(form, { "a.js": says("a") }, async (server, tree) => {
    await tree.replace("b/c.js", says("c"));
    await server.stdout.until(/Serving \/b\/c/);
    assertEquals(await greeting(server, "b/c"), "c");
    await Deno.remove(`${tree.root}/a.js`);
    await server.stdout.until(/^disposed a$/);
    using refused = await RawClient.request(`${server.url}a`);
    assertEquals(refused.answer.status, 404);
    assertEquals(await greeting(server, "b/c"), "c");
  });
});

testBoth("stdws --watch keeps a module whose next version does not load", async (form) => {
  await watching(form, { "a.js": says("a"), "b.js": says("b") }, async (server, tree) => {
    await tree.replace("a.js", "export default {");
    const line = await server.stdout.until(/ERROR/);
    assertMatch(
      line,
      /Cannot load ".*\/a\.js": SyntaxError: .* \(.*\/a\.js:1:\d+\); what was loaded before stays$/,
    );
    const partly =
      / \| ERROR .*Cannot reload all of 2 routes, the handlers of these go on as they were: ".*\/a\.js"$/;
    await server.stdout.until(partly);
    assertEquals(await greeting(server, "a"), "a");
    await tree.replace("b.js", says("other b"));
    await server.stdout.until(/Loaded ".*b\.js" again/);
    await server.stdout.until(/^disposed b$/);
    assertEquals([await greeting(server, "a"), await greeting(server, "b")], ["a", "other b"]);
    assertEquals(server.stdout.all.filter((line) => line.includes("Reloaded")), []);
    await tree.replace("a.js", says("mended"));
    await server.stdout.until(/^disposed a$/);
    assertEquals(await greeting(server, "a"), "mended");
    await server.stdout.until(/Reloaded: 2 routes$/);
  });
});

testBoth(
  "stdws --watch says what is wrong with a new module, and takes it up when it is mended",
  async (form) => {
    await watching(form, { "a.js": says("a") }, async (server, tree) => {
      await tree.replace("b.js", "throw new Error('oh no');");
      assertMatch(
        await server.stdout.until(/ERROR/),
        /Cannot reload, the routes stay as they were: Cannot serve the route \/b: Cannot load ".*b\.js": it threw Error: oh no/,
      );
      assertEquals(await greeting(server, "a"), "a");
      await tree.replace("b.js", says("b"));
      await server.stdout.until(/Serving \/b/);
      assertEquals(await greeting(server, "b"), "b");
    });
  },
);

Deno.test({
  name: "stdws --watch takes up what modules import, and nothing else",
  ignore: !("registerHooks" in nodeModule),
  async fn() {
    const files = {
      "a.ts": `import { text } from "./_lib/text.ts";\n${says("").replace('""', "text")}`,
      "_lib/text.ts": `export * from "./deep.ts";`,
      "_lib/deep.ts": `export const text: string = "one";`,
      "b.ts":
        `let count = 0;\nexport default { open: (c: { send(text: string): void }) => c.send(String(++count)) };`,
    };
    await watching("deno run", files, async (server, tree) => {
      assertEquals([await greeting(server, "a"), await greeting(server, "b")], ["one", "1"]);
      await tree.replace("_lib/deep.ts", `export const text: string = "another one";`);
      await server.stdout.until(/Loaded ".*a\.ts" again/);
      await server.stdout.until(/^disposed $/);
      assertEquals([await greeting(server, "a"), await greeting(server, "b")], [
        "another one",
        "2",
      ]);
    });
  },
});

testBoth("stdws takes up the changed module of a route at SIGHUP", async (form) => {
  await using tree = await Tree.make({ "a.js": says("one") });
  await using server = await TestServer.start([`--route=/a=module ${tree.root}/a.js`], { form });
  assertEquals(await greeting(server, "a"), "one");
  await tree.write("a.js", says("another one"));
  server.child.kill("SIGHUP");
  await server.stdout.until(/^disposed one$/);
  assertEquals(await greeting(server, "a"), "another one");
});
