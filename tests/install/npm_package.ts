import { makePackage } from "../../scripts/npm.ts";

/** The npm package, built, packed and installed as a user does. */
export interface NpmPackage {
  /** The folder that has `node_modules`, with a package.json. */
  readonly folder: string;
  /** The package's own files. */
  readonly files: readonly string[];
}

let made: Promise<NpmPackage> | undefined;

/** Installs the package into a folder that everybody may read; once for all tests of a file. */
export function installedPackage(): Promise<NpmPackage> {
  return made ??= install();
}

/** Removes what was installed. */
export async function removePackage(): Promise<void> {
  if (made === undefined) return;
  await Deno.remove((await made).folder, { recursive: true });
  made = undefined;
}

async function install(): Promise<NpmPackage> {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  await makePackage(`${folder}/npm`);
  const [packed = ""] = JSON.parse(await npm(["pack", "--json", "./npm"], folder));
  const project = { private: true, type: "module", scripts: { serve: "stdws" } };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(project));
  await npm(["install", "--no-audit", "--no-fund", `./${packed.filename}`], folder);
  return { folder, files: packed.files.map(({ path }: { path: string }) => path) };
}

async function npm(args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("npm", { args, cwd }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`npm ${args[0]} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
