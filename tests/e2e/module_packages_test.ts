import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ROOT, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

// By another name than the server has for it: that is what the runtime would note in a lock file.
const MODULE = `import { quote } from "npm:shlex@3";
  export default { open: (connection) => connection.send(quote("a b")) };`;

async function said(server: TestServer): Promise<string> {
  using client = await RawClient.open(`${server.url}a`);
  return await client.text();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

/** The names in the checkout, and what is in its lock file. */
async function checkout(): Promise<string[]> {
  return [...await namesIn(ROOT), await Deno.readTextFile(`${ROOT}deno.lock`)];
}

for (const form of ["deno run", "node"] as const) {
  Deno.test(`stdws writes nothing into its checkout for the packages of modules [${form}]`, async () => {
    await using tree = await Tree.make({ "a.ts": MODULE });
    const before = await checkout();
    await using server = await TestServer.start([`--handlers=${tree.root}`], { form });
    assertEquals(await said(server), "'a b'");
    assertEquals(await checkout(), before);
    assertEquals(await namesIn(tree.root), ["a.ts"]);
  });
}

Deno.test("stdws loads a module with packages where a lock file is there that cannot be written", async () => {
  await using tree = await Tree.make({ "handlers/a.ts": MODULE });
  // The runtime writes it under a longer name first, which nobody can have, also where a test may write everything.
  const lock = `${tree.root}/${"l".repeat(250)}`;
  await Deno.copyFile(`${ROOT}deno.lock`, lock);
  await using server = await TestServer.start([`--handlers=${tree.root}/handlers`], {
    flags: [`--lock=${lock}`],
  });
  assertEquals(await said(server), "'a b'");
  assertEquals(await Deno.readTextFile(lock), await Deno.readTextFile(`${ROOT}deno.lock`));
});
