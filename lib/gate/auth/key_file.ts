import { messageOf, UsageError } from "../../base/errors.ts";
import type { KeySource } from "./key_source.ts";
import { readKeys } from "./read_keys.ts";
import type { VerificationKey } from "./verification_key.ts";
import { WatchedFile } from "./watched_file.ts";

/** The keys in a file, which is read again when it has changed; where it cannot be used, those before stay. */
export class KeyFile implements KeySource {
  readonly #file: WatchedFile<readonly VerificationKey[]>;

  private constructor(file: WatchedFile<readonly VerificationKey[]>) {
    this.#file = file;
  }

  /** @throws {UsageError} If it cannot be read, or has no key that a signature can be checked with. */
  static async open(path: string): Promise<KeyFile> {
    const keys = (bytes: Uint8Array) => {
      try {
        return readKeys(bytes);
      } catch (error) {
        throw new UsageError(`Cannot use the keys in "${path}": ${messageOf(error)}`);
      }
    };
    return new KeyFile(await WatchedFile.readBytes(path, keys));
  }

  find(isMeant: (key: VerificationKey) => boolean): Promise<readonly VerificationKey[]> {
    return Promise.resolve(this.#file.content.filter(isMeant));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#file[Symbol.dispose]();
    return Promise.resolve();
  }
}
