/** A folder for what a test leaves to be looked at: TEST_ARTIFACTS, or one that is removed again. */
export class Artefacts implements AsyncDisposable {
  readonly #folder: string;
  readonly #isKept: boolean;

  private constructor(folder: string, isKept: boolean) {
    this.#folder = folder;
    this.#isKept = isKept;
  }

  /** Makes the folder. */
  static async open(): Promise<Artefacts> {
    const kept = Deno.env.get("TEST_ARTIFACTS");
    if (!kept) return new Artefacts(await Deno.makeTempDir({ prefix: "stdws-artefacts-" }), false);
    await Deno.mkdir(kept, { recursive: true });
    return new Artefacts(kept, true);
  }

  /** Writes one of them. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    await Deno.writeFile(`${this.#folder}/${name}`, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isKept) await Deno.remove(this.#folder, { recursive: true });
  }
}
