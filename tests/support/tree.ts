/** A folder of files for a test, in a folder of its own with things that must not be reached. */
export class Tree implements AsyncDisposable {
  /** What is around it; a real path. */
  readonly top: string;
  /** The folder that is served, `top/root`. */
  readonly root: string;

  private constructor(top: string) {
    this.top = top;
    this.root = `${top}/root`;
  }

  /**
   * Makes it.
   *
   * @param files Contents by path below the root, which may lead out of it by `../`.
   * @param links Targets of symbolic links by path.
   */
  static async make(
    files: Record<string, string | Uint8Array> = {},
    links: Record<string, string> = {},
  ): Promise<Tree> {
    const tree = new Tree(await Deno.realPath(await Deno.makeTempDir()));
    // For those who are not the owner, too.
    await Deno.chmod(tree.top, 0o755);
    await Deno.mkdir(tree.root);
    for (const [path, content] of Object.entries(files)) await tree.write(path, content);
    for (const [path, target] of Object.entries(links)) {
      await Deno.symlink(target, `${tree.root}/${path}`);
    }
    return tree;
  }

  /** Writes a file, and makes its folder. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const full = `${this.root}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(full, content);
    else await Deno.writeFile(full, content);
  }

  /** Writes a file as `write`, at once: who looks meanwhile finds nothing of it, or all. */
  async replace(path: string, content: string): Promise<void> {
    const beside = `${this.top}/${crypto.randomUUID()}`;
    await Deno.writeTextFile(beside, content);
    const full = `${this.root}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    await Deno.rename(beside, full);
  }

  /** Gives a file a size without a content. */
  async grow(path: string, size: number): Promise<void> {
    using file = await Deno.open(`${this.root}/${path}`, { write: true, create: true });
    await file.truncate(size);
  }

  /** Makes a file look as if nobody had touched it for a while; its last change stays. */
  async age(path: string, date = new Date("2001-02-03T04:05:06.789Z")): Promise<void> {
    await Deno.utime(`${this.root}/${path}`, date, date);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.top, { recursive: true });
  }
}

/** Makes a named pipe. */
export async function makeFifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  if (!success) throw new Error(`Cannot make a named pipe "${path}"`);
}
