import { assertEquals } from "@std/assert";
import { confine, type Confined } from "../../lib/base/confine.ts";
import { snapshot } from "../../lib/base/request.ts";
import type { Tree } from "../support/tree.ts";
import { LONG, makeTree } from "./confine_tree.ts";

/** As a request comes: its target is decoded, once, and what it names is looked for. */
async function find(tree: Tree, target: string): Promise<Confined | undefined> {
  const request = { target, method: "GET", headers: new Headers() };
  const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 5 } as const;
  return await confine(tree.root, snapshot(request, { remoteAddr }).path);
}

const FOUND: [target: string, name: string, real: string, rest?: string][] = [
  ["/", "", ""],
  ["//", "", ""],
  ["", "", ""],
  ["/file", "/file", "/file"],
  ["//file", "/file", "/file"],
  ["/%2Ffile", "/file", "/file"],
  ["/file/", "/file", "/file", "/"],
  ["/file/a/./../b", "/file", "/file", "/b"],
  ["/file/a/..", "/file", "/file", "/"],
  ["/dir", "/dir", "/dir"],
  ["/dir///", "/dir", "/dir"],
  ["/dir/inner", "/dir/inner", "/dir/inner"],
  ["/dir%2Finner", "/dir/inner", "/dir/inner"],
  ["/dir//deep//leaf//", "/dir/deep/leaf", "/dir/deep/leaf", "//"],
  ["/with%20space", "/with space", "/with space"],
  ["/%C3%BC", "/ü", "/ü"],
  ["/...", "/...", "/..."],
  ["/.../../file", "/file", "/file"],
  // Dot segments are resolved before anything is looked for.
  ["/dir/..", "", ""],
  ["/dir/../file", "/file", "/file"],
  ["/nothing/../file", "/file", "/file"],
  ["/file/../dir/inner", "/dir/inner", "/dir/inner"],
  ["/dir-link/../file", "/file", "/file"],
  ["/dir-out/../file", "/file", "/file"],
  ["/./file", "/file", "/file"],
  ["/%2e/file", "/file", "/file"],
  ["/.", "", ""],
  ["/dir/./inner", "/dir/inner", "/dir/inner"],
  ["/dir/.", "/dir", "/dir"],
  ["/dir%2f%2E%2e%2ffile", "/file", "/file"],
  ["/dir/.%2e/file/x", "/file", "/file", "/x"],
  ["//../file", "/file", "/file"],
  ["/.hidden", "/.hidden", "/.hidden"],
  // Decoded once: these are names, however they look.
  ["/per%25cent", "/per%cent", "/per%cent"],
  ["/%252e%252e/literal", "/%2e%2e/literal", "/%2e%2e/literal"],
  ["/back%5Cslash", "/back\\slash", "/back\\slash"],
  ["/..%5Cfile", "/..\\file", "/..\\file"],
  [`/${LONG}`, `/${LONG}`, `/${LONG}`],
  ["/link", "/link", "/file"],
  ["/absolute", "/absolute", "/file"],
  ["/dir-link/inner", "/dir-link/inner", "/dir/inner"],
  ["/chain", "/chain", "/dir/inner"],
  ["/here", "/here", ""],
  ["/here/here/file", "/here/here/file", "/file"],
  // Through the outside and back again: what it names lies inside.
  ["/dir-out/back/inner", "/dir-out/back/inner", "/dir/inner"],
  ["/up/root/file", "/up/root/file", "/file"],
];

const REFUSED = [
  "/nothing",
  "/dir/nothing/inner",
  "/FILE",
  "/file%20",
  "/..",
  "/../",
  "/../secret",
  "/../root",
  "/../root/file",
  "/../root-of-others/secret",
  "/dir/../nothing",
  "/dir/../../secret",
  "/dir/../../root/file",
  "/file/../../secret",
  "/file/../../root/file",
  "/file/%2e%2e%2f%2e%2e%2fsecret",
  "/.../../secret",
  "/dir/deep/../../../secret",
  "/..//secret",
  "//../secret",
  "/dir//..//..//secret",
  "/./../file",
  "/%2e%2e/secret",
  "/%2E%2E/secret",
  "/.%2e/secret",
  "/%2e./secret",
  "/..%2fsecret",
  "/..%2Fsecret",
  "/%2e%2e%2fsecret",
  "/dir%2f..%2f..%2fsecret",
  "/dir/%2e%2e/%2e%2e/secret",
  "/%2f..%2fsecret",
  "/%252e%252e/secret",
  "/%252e%252e%252fsecret",
  "/..%252fsecret",
  "/%25252e%25252e/secret",
  "/%c0%ae%c0%ae/secret",
  "/%c0%ae%c0%ae%c0%afsecret",
  "/..%c0%afsecret",
  "/%e0%80%ae%e0%80%ae/secret",
  "/%EF%BC%8E%EF%BC%8E/secret",
  "/..%5csecret",
  "/..\\secret",
  "/%5c..%5csecret",
  "/dir\\inner",
  "/dir%5c..%5c..%5csecret",
  "/..;/secret",
  "/..%20/secret",
  "/....//secret",
  "/out",
  "/out/",
  "/out/rest",
  "/out-chain",
  "/dir-out",
  "/dir-out/",
  "/dir-out/secret",
  "/dir-out/chain",
  "/dir/deep/up-out",
  "/beside",
  "/beside/secret",
  "/up",
  "/up/secret",
  "/up/outside/secret",
  "/top",
  "/top/etc/passwd",
  "/proc/etc/passwd",
  "/dangling",
  "/dangling/x",
  "/loop",
  "/loop/file",
  "/loop-a",
  `/${"here/".repeat(41)}file`,
  "/null",
  "/C:/file",
  "/file::$DATA",
  "/~root",
  `/${LONG}n`,
  `/${"n".repeat(5_000)}`,
  `/${"dir/deep/".repeat(2_000)}`,
  `/${"../".repeat(2_000)}etc/passwd`,
];

Deno.test("confine() finds what a path names below its folder", async (test) => {
  await using tree = await makeTree();
  for (const [target, name, real, rest = ""] of FOUND) {
    await test.step(target.slice(0, 60) || "an empty path", async () => {
      const found = await find(tree, target);
      assertEquals(
        { name: found?.name, path: found?.path, real: found?.real, rest: found?.rest },
        { name, path: tree.root + name, real: tree.root + real, rest },
      );
    });
  }
});

Deno.test("confine() finds nothing outside of its folder, whatever the path", async (test) => {
  await using tree = await makeTree();
  for (const target of REFUSED.concat(`/${tree.root}/file`, `/%2F${tree.top}/secret`)) {
    await test.step(target.slice(0, 60), async () => {
      assertEquals((await find(tree, target))?.real, undefined);
    });
  }
});
