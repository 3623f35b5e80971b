/** A folder of programs that is removed again. */
export class Scripts implements AsyncDisposable {
  /** Its real path. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Writes programs.
   *
   * @param programs By name, which may have folders in it; one without an interpreter is for `sh`.
   */
  static async write(programs: Readonly<Record<string, string>>): Promise<Scripts> {
    const scripts = new Scripts(await Deno.realPath(await Deno.makeTempDir()));
    for (const [name, text] of Object.entries(programs)) await scripts.add(name, text);
    return scripts;
  }

  /** Writes one more. */
  async add(name: string, text: string, mode = 0o755): Promise<void> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text.startsWith("#!") ? text : `#!/bin/sh\n${text}\n`);
    await Deno.chmod(path, mode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
