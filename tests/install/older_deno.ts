/** The oldest Deno that runs the library, as npm has it. */
export const OLDER = "2.6.8";

let installed: Promise<{ folder: string; path: string }> | undefined;

/** The path of that Deno, installed by npm; once for all tests of a file. */
export async function olderDeno(): Promise<string> {
  return (await (installed ??= install())).path;
}

/** Removes it. */
export async function removeOlderDeno(): Promise<void> {
  if (installed !== undefined) await Deno.remove((await installed).folder, { recursive: true });
  installed = undefined;
}

async function install(): Promise<{ folder: string; path: string }> {
  const folder = await Deno.makeTempDir();
  const run = async (program: string, ...args: string[]) => {
    const output = await new Deno.Command(program, { args, cwd: folder }).output();
    const decoder = new TextDecoder();
    if (!output.success) throw new Error(`${program} failed: ${decoder.decode(output.stderr)}`);
    return decoder.decode(output.stdout).trim();
  };
  await run("npm", "install", "--prefix", ".", "--no-audit", "--no-fund", `deno@${OLDER}`);
  const path = await run("node", "-p", "require('deno/install_api.cjs').runInstall()");
  return { folder, path };
}
