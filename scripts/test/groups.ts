import { join } from "node:path";

// What `deno test` takes for a file of tests.
const TEST = /(^|[._])test\.(ts|tsx|mts|js|mjs|jsx)$/;

// So few that the groups that are last end at about the same time, for the price of more processes.
const SIZE = 4;

/**
 * All files of tests in folders, by name.
 *
 * @param paths Folders, and files, which are taken whatever their names are.
 */
export async function listTestFiles(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(paths.map(async (path) => {
    return (await Deno.stat(path)).isDirectory ? await listFolder(path) : [path];
  }));
  return [...new Set(files.flat())].sort();
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files = await Promise.all(entries.map(async ({ name, isDirectory }) => {
    if (isDirectory) return await listFolder(join(folder, name));
    return TEST.test(name) ? [join(folder, name)] : [];
  }));
  return files.flat();
}

/** Files in groups, each of which has a process of its own: every file is in exactly one. */
export function groupsOf(files: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(files.length / SIZE) }, (_, index) => {
    return files.slice(index * SIZE, (index + 1) * SIZE);
  });
}
