/** A temporary folder in which openssl makes certificates and keys, removed at the end. */
export class PemFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<PemFolder> {
    return new PemFolder(await Deno.realPath(await Deno.makeTempDir()));
  }

  /** The path of a file in it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The text of a file in it. */
  async read(name: string): Promise<string> {
    return await Deno.readTextFile(this.file(name));
  }

  /** Runs openssl in it, and answers what that prints. */
  async openssl(...args: string[]): Promise<string> {
    const options = { args, cwd: this.path, stdin: "null" } as const;
    const { success, stdout, stderr } = await new Deno.Command("openssl", options).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`openssl ${args.join(" ")}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }

  /**
   * Makes NAME.pem, which NAME.key signs itself.
   *
   * @param options More for `openssl req`; without a `-newkey` the key is one of P-256.
   */
  async selfSigned(name: string, ...options: string[]): Promise<void> {
    const key = options.includes("-newkey")
      ? []
      : ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const subject = options.includes("-subj") ? [] : ["-subj", `/CN=${name}`];
    const files = ["-nodes", "-keyout", `${name}.key`, "-out", `${name}.pem`];
    await this.openssl("req", "-x509", "-days", "9", ...key, ...subject, ...files, ...options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
