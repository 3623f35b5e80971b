import { Folder } from "./folder.ts";
import { pidIn } from "./processes.ts";

/** A module that says `here`; where there is a file `held`, it is not loaded before that is gone. */
const SOURCE = `
const at = (name) => new URL(name, import.meta.url).pathname;
const isHeld = () => Deno.stat(at("held")).then(() => true, () => false);
if (await isHeld()) {
  const watcher = Deno.watchFs(at("."));
  await Deno.writeTextFile(at("waits-" + Deno.pid), "");
  // Who stops listening closes it.
  if (!await isHeld()) watcher.close();
  else for await (const _ of watcher) if (!await isHeld()) break;
}
export default { open: (connection) => void connection.send("here") };
`;

/** A module that is not loaded before a test lets it. */
export class SlowModule implements AsyncDisposable {
  readonly path: string;
  readonly #folder: Folder;
  readonly #known = new Set<string>();

  private constructor(folder: Folder) {
    this.#folder = folder;
    this.path = `${folder.path}/slow.js`;
  }

  /** Writes one that loads at once. */
  static async make(): Promise<SlowModule> {
    const module = new SlowModule(await Folder.make());
    await module.change();
    return module;
  }

  /** Writes it again, with something else in it. */
  async change(): Promise<void> {
    await Deno.writeTextFile(this.path, `${SOURCE}// ${crypto.randomUUID()}\n`);
  }

  /** Has whoever loads it from now on wait. */
  async hold(): Promise<void> {
    await Deno.writeTextFile(`${this.#folder.path}/held`, "");
  }

  /** Lets it be loaded. */
  async release(): Promise<void> {
    await Deno.remove(`${this.#folder.path}/held`);
  }

  /** The number of the next process that waits for it. */
  async waiting(): Promise<number> {
    using watcher = Deno.watchFs(this.#folder.path);
    for (let found = await this.#next();; found = await this.#next()) {
      if (found !== undefined) return pidIn(found);
      await watcher[Symbol.asyncIterator]().next();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  async #next(): Promise<string | undefined> {
    const names = await this.#folder.names();
    const found = names.find((name) => name.startsWith("waits-") && !this.#known.has(name));
    if (found === undefined) return undefined;
    this.#known.add(found);
    return found.slice("waits-".length);
  }
}
