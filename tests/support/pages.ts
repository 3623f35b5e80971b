import { ROOT } from "./server.ts";

/** A page of the documentation. */
export interface Page {
  /** Relative to the project, as `lib/cli/README.md`. */
  readonly path: string;
  readonly text: string;
}

// What is in them is made or downloaded.
const FOREIGN = ["node_modules", "vendor", "dist", "coverage"];

/** Reads all pages of the project, wherever they are. */
export async function readPages(folder = ""): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (name.startsWith(".") || FOREIGN.includes(name)) continue;
    const path = folder + name;
    if (isDirectory) pages.push(...await readPages(`${path}/`));
    else if (name.endsWith(".md")) {
      pages.push({ path, text: await Deno.readTextFile(ROOT + path) });
    }
  }
  return pages.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The blocks of a page that are for a shell, a string each. */
export function shellBlocks({ text }: Page): string[] {
  return Array.from(text.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block = ""]) => block);
}

/**
 * The words that commands give to `deno`, as a shell makes them; what else is in them is run.
 *
 * @param commands For bash; of several starts of the program, the words come one behind the other.
 * @param cwd The folder in which they are run.
 */
export async function wordsFor(commands: string, cwd: string): Promise<string[]> {
  const script = `deno() { printf '%s\\0' "$@"; }\n${commands}`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", script], cwd }).output();
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}
