/** A file of passwords that `htpasswd` writes, in a folder that is removed again. */
export class Passwords implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/users`;
  }

  /** Makes a file with some users in it; `options` as in {@linkcode set}. */
  static async make(
    users: Readonly<Record<string, string>>,
    ...options: string[]
  ): Promise<Passwords> {
    const passwords = new Passwords(await Deno.makeTempDir());
    await Deno.writeTextFile(passwords.path, "");
    for (const [name, password] of Object.entries(users)) {
      await passwords.set(name, password, ...options);
    }
    return passwords;
  }

  /**
   * Sets the password of a user.
   *
   * @param options Of `htpasswd`, in place of those for the least costly bcrypt.
   */
  async set(name: string, password: string, ...options: string[]): Promise<void> {
    const how = options.length > 0 ? options : ["-B", "-C", "4"];
    const args = ["-b", ...how, this.path, name, password];
    const { success, stderr } = await new Deno.Command("htpasswd", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The value of `Authorization` for a name and a password. */
export function basicOf(name: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;
}
