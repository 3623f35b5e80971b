import { Tree } from "../support/tree.ts";

/** A name as long as a name may be. */
export const LONG = "n".repeat(255);

/** A folder with links that lead out of it, and things outside that must not be found. */
export async function makeTree(): Promise<Tree> {
  const names = [
    "file",
    "dir/inner",
    "dir/deep/leaf",
    "with space",
    "ü",
    "...",
    ".hidden",
    "per%cent",
    "%2e%2e/literal",
    "back\\slash",
    "..\\file",
    LONG,
    "../secret",
    "../outside/secret",
    "../root-of-others/secret",
  ];
  const tree = await Tree.make(Object.fromEntries(names.map((name) => [name, name])), {
    "link": "file",
    "dir-link": "dir",
    "chain": "chain-2",
    "chain-2": "dir-link/inner",
    "here": ".",
    "out": "../secret",
    "out-chain": "out",
    "dir-out": "../outside",
    "beside": "../root-of-others",
    "up": "..",
    "top": "/",
    "proc": "/proc/self/root",
    "dangling": "nothing",
    "loop": "loop",
    "loop-a": "loop-b",
    "loop-b": "loop-a",
    "null": "/dev/null",
    "dir/deep/up-out": "../../../secret",
    "../outside/back": "../root/dir",
    "../outside/chain": "secret",
  });
  await Deno.symlink(`${tree.root}/file`, `${tree.root}/absolute`);
  return tree;
}
