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
  const change = async () => {
    for (let index = 0; index < 300; index++) {
      await Deno.symlink(index % 2 ? "file" : "../secret", `${tree.root}/new`);
      await Deno.rename(`${tree.root}/new`, `${tree.root}/changing`);
      if (index % 3 === 0) await Deno.remove(`${tree.root}/changing`);
    }
    return false;
  };
  let running = true;
  const changed = change().finally(() => running = false);
  let seen = 0;
  while (running) {
    const found = await confine(tree.root, "/changing");
    if (found) assertEquals(found.real, `${tree.root}/file`);
    seen++;
  }
  await changed;
  assertEquals(seen > 50, true, `It looked only ${seen} times`);
});
