import { assertEquals } from "@std/assert";
import { confine } from "../../lib/base/confine.ts";
import { asNobody } from "../support/nobody.ts";
import { makeFifo } from "../support/tree.ts";
import { makeTree } from "./confine_tree.ts";

Deno.test("confine() finds nothing at a path with a NUL, which no request gets here", async () => {
  await using tree = await makeTree();
  for (const path of ["/\0", "/file\0", "/file\0.txt", "/dir/\0/inner", "/dir\0/../inner"]) {
    assertEquals(await confine(tree.root, path), undefined, JSON.stringify(path));
  }
});

Deno.test("confine() finds everything below the root of the disk", async () => {
  await using tree = await makeTree();
  const found = await confine("/", `${tree.root}/out`);
  assertEquals(found?.real, `${tree.top}/secret`);
});

Deno.test("confine() finds neither pipes nor sockets nor devices", async () => {
  await using tree = await makeTree();
  await makeFifo(`${tree.root}/fifo`);
  await Deno.symlink("fifo", `${tree.root}/fifo-link`);
  using _socket = Deno.listen({ transport: "unix", path: `${tree.root}/socket` });
  for (const name of ["/fifo", "/fifo-link", "/fifo/x", "/socket", "/null"]) {
    assertEquals(await confine(tree.root, name), undefined, name);
  }
  assertEquals(await confine("/dev", "/zero"), undefined);
});

Deno.test("confine() finds nothing in a folder that the server may not enter", async () => {
  await using tree = await makeTree();
  await Deno.chmod(`${tree.root}/dir/deep`, 0o600);
  await asNobody(async () => {
    assertEquals((await confine(tree.root, "/dir/deep"))?.real, `${tree.root}/dir/deep`);
    assertEquals(await confine(tree.root, "/dir/deep/leaf"), undefined);
  });
  await Deno.chmod(`${tree.root}/dir/deep`, 0o700);
});

Deno.test("confine() finds nothing when the folder itself is gone", async () => {
  await using tree = await makeTree();
  await Deno.rename(tree.root, `${tree.top}/moved`);
  for (const path of ["/", "/file"]) assertEquals(await confine(tree.root, path), undefined);
});

Deno.test("confine() finds what lies there, or nothing, while a link is changed", async () => {
  await using tree = await makeTree();
  let [changes, looks] = [0, 0];
  // Both go on until the other one has had its turns, however the system shares them out.
  const isDue = () => changes < 300 || looks < 300;
  const change = async () => {
    for (; isDue(); changes++) {
      await Deno.symlink(changes % 2 ? "file" : "../secret", `${tree.root}/new`);
      await Deno.rename(`${tree.root}/new`, `${tree.root}/changing`);
      if (changes % 3 === 0) await Deno.remove(`${tree.root}/changing`);
    }
  };
  const look = async () => {
    for (; isDue(); looks++) {
      const found = await confine(tree.root, "/changing");
      if (found) assertEquals(found.real, `${tree.root}/file`);
    }
  };
  await Promise.all([change(), look()]);
});
