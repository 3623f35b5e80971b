/** A configuration file that is removed again. */
export class ConfigFile implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/stdws.jsonc`;
  }

  /** Writes one. */
  static async write(config: unknown): Promise<ConfigFile> {
    const file = new ConfigFile(await Deno.makeTempDir());
    await file.change(config);
    return file;
  }

  /** Writes another in its place; a text as it is. */
  async change(config: unknown): Promise<void> {
    const text = typeof config === "string" ? config : JSON.stringify(config, null, 2);
    await Deno.writeTextFile(this.path, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
