import type { RecordFolder } from "./record_folder.ts";

/** Options of {@linkcode RecordFile}. */
export interface RecordFileOptions {
  readonly id: string;
  readonly extension: string;
  /** The first line. */
  readonly head: string;
}

const encoder = new TextEncoder();

/** The file of one recording: whole lines are in it, or none of what was written at once. */
export class RecordFile {
  readonly #folder: RecordFolder;
  readonly #opened: Promise<[file: Deno.FsFile, name: string]>;
  /** Resolves when its head is there. */
  readonly #begun: Promise<void>;
  #isBroken = false;
  /** Bytes of it that are whole lines. */
  #length = 0;

  /** Begins to make it. */
  constructor(folder: RecordFolder, { id, extension, head }: RecordFileOptions) {
    this.#folder = folder;
    this.#opened = folder.create(id, extension);
    this.#begun = this.#begin(head);
    this.#begun.catch((error) => {
      this.#isBroken = true;
      folder.failed(error);
    });
  }

  /** Whether it could not be made. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Writes whole lines behind all others; not before the last ones are written.
   *
   * @returns The number of bytes, which is all of them.
   * @throws If they cannot be written; then nothing of them is there.
   */
  async write(bytes: Uint8Array): Promise<number> {
    await this.#begun;
    return await this.#write(bytes);
  }

  /** Closes it; what is still being written is lost. Never rejects. */
  async close(): Promise<void> {
    try {
      const [file, name] = await this.#opened;
      file.close();
      this.#folder.closed(name);
    } catch {
      // There is none, which was said.
    }
  }

  async #begin(head: string): Promise<void> {
    await this.#opened;
    await this.#write(encoder.encode(head));
  }

  async #write(bytes: Uint8Array): Promise<number> {
    const [file] = await this.#opened;
    try {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      this.#length += bytes.length;
      return bytes.length;
    } catch (error) {
      this.#folder.failed(error);
      await file.truncate(this.#length);
      await file.seek(this.#length, Deno.SeekMode.Start);
      throw error;
    }
  }
}
