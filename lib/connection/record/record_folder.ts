import { messageOf } from "../../base/errors.ts";
import { Log } from "../../base/log.ts";
import { Seldom } from "../../base/seldom.ts";
import { isLocked, lockFile } from "./file_lock.ts";

// The time, so that they are in its order, and the id of the connection.
const NAME = /^\d{8}T\d{9}Z-[\w-]+\.(ndjson|cast)$/;

const log = new Log();

/** A folder of recordings, of which the oldest are deleted. Nothing that fails there is more than a line of the log. */
export class RecordFolder {
  readonly #path: string;
  /** Names of those that are being written. */
  readonly #open = new Set<string>();
  readonly #failures = new Seldom();
  #pruning: Promise<void> | undefined;
  #isDue = false;

  /** @param path Need not be there any more. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes a file for a recording, which others than the server's user cannot read.
   *
   * @param extension The end of its name.
   * @returns The file, and its name for `closed`.
   */
  async create(id: string, extension: string): Promise<[file: Deno.FsFile, name: string]> {
    const time = new Date().toISOString().replace(/[-:.]/g, "");
    const name = `${time}-${id.replace(/[^\w-]/g, "_")}.${extension}`;
    this.#open.add(name);
    try {
      const options = { write: true, createNew: true, mode: 0o600 };
      const file = await Deno.open(`${this.#path}/${name}`, options);
      // No other server with the same folder is to delete it before it is complete.
      await lockFile(file);
      return [file, name];
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
  }

  /** A recording is complete. */
  closed(name: string): void {
    this.#open.delete(name);
  }

  /** Says that something failed, once a minute. */
  failed(error: unknown): void {
    this.#failures.tell(() => {
      const reason = `Cannot record into "${this.#path}": ${messageOf(error)}`;
      log.together("error", "server", `${reason}; connections go on without`);
    });
  }

  /**
   * Deletes the oldest recordings that are complete.
   *
   * @param keep How many may be there, those that are being written included; 0 means any number.
   */
  prune(keep: number): Promise<void> {
    if (keep === 0) return Promise.resolve();
    this.#isDue = true;
    return this.#pruning ??= this.#pruneWhileDue(keep);
  }

  async #pruneWhileDue(keep: number): Promise<void> {
    try {
      // Others were made or completed meanwhile.
      while (this.#isDue) {
        this.#isDue = false;
        await this.#prune(keep);
      }
    } catch (error) {
      this.failed(error);
    } finally {
      // Not later: whoever asks between the last look and this would be told that it is done.
      this.#pruning = undefined;
    }
  }

  async #prune(keep: number): Promise<void> {
    using _folder = await this.#alone();
    const names: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.#path)) {
      if (isFile && NAME.test(name)) names.push(name);
    }
    let surplus = names.length - keep;
    for (const name of names.sort()) {
      if (surplus <= 0) break;
      if (this.#open.has(name)) continue;
      if (await this.#remove(name)) surplus--;
    }
  }

  /** Has the folder to itself: two servers that count at once would both delete what is too much. */
  async #alone(): Promise<Disposable | undefined> {
    // Nobody can open a folder there.
    if (Deno.build.os === "windows") return undefined;
    const folder = await Deno.open(this.#path);
    await lockFile(folder);
    return folder;
  }

  /** Answers whether it is gone: another server may still write it. */
  async #remove(name: string): Promise<boolean> {
    const path = `${this.#path}/${name}`;
    try {
      if (await isLocked(path)) return false;
      await Deno.remove(path);
    } catch (error) {
      // Somebody else has deleted it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return true;
  }
}
