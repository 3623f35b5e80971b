import { messageOf, UsageError } from "../../base/errors.ts";
import { FileWatch, looksOf } from "../../base/file_watch.ts";
import { Log } from "../../base/log.ts";
import { readBounded } from "../../base/read_bounded.ts";

const log = new Log();

// Bytes of a file of names and secrets: some 50,000 of them.
const MOST = 4 * 2 ** 20;

/** Makes of a line what it says, or throws an error that says what is wrong with it, without its secret. */
export type ParseLines<T> = (lines: readonly Line[]) => T;

/** The same of all of a file. */
export type Parse<T> = (bytes: Uint8Array) => T;

/** A line that says something: no comment, and not empty. */
export interface Line {
  readonly text: string;
  /** Where it stands in the file, `FILE:LINE`. */
  readonly place: string;
}

/** A file that is read again when it has changed. */
export class WatchedFile<T> implements Disposable {
  readonly #path: string;
  readonly #parse: Parse<T>;
  #content: T;
  readonly #known: string;
  #isOver = false;
  #watch: FileWatch | undefined;

  private constructor(path: string, parse: Parse<T>, read: { content: T; looks: string }) {
    this.#path = path;
    this.#parse = parse;
    this.#content = read.content;
    this.#known = read.looks;
  }

  /**
   * Reads a file of lines.
   *
   * @throws {UsageError} If it cannot be read, or has a mistake in it.
   */
  static read<T>(path: string, parse: ParseLines<T>): Promise<WatchedFile<T>> {
    return WatchedFile.readBytes(path, (bytes) => parse(linesIn(bytes, path)));
  }

  /**
   * Reads a file of any kind.
   *
   * @throws {UsageError} If it cannot be read, or has a mistake in it.
   */
  static async readBytes<T>(path: string, parse: Parse<T>): Promise<WatchedFile<T>> {
    return new WatchedFile(path, parse, await read(path, parse));
  }

  /** The content as it was when the file had no mistake in it. It is watched from the first time that somebody asks. */
  get content(): T {
    if (!this.#isOver) this.#watch ??= this.#begin();
    return this.#content;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#watch?.[Symbol.dispose]();
  }

  #begin(): FileWatch {
    return new FileWatch([this.#path], () => this.#reload(), { known: this.#known });
  }

  async #reload(): Promise<void> {
    try {
      const { content } = await read(this.#path, this.#parse);
      this.#content = content;
      log.together("info", "server", `Took up the changed file: ${this.#path}`);
    } catch (error) {
      log.together("error", "server", `${messageOf(error)}; what was read before stays in force`);
    }
  }
}

async function read<T>(path: string, parse: Parse<T>) {
  // Before it is read: what changes meanwhile is seen later.
  const looks = looksOf([path]);
  let bytes;
  try {
    bytes = await readBounded(path, MOST);
  } catch (error) {
    throw new UsageError(`Cannot read "${path}": ${messageOf(error)}`);
  }
  return { content: parse(bytes), looks };
}

function linesIn(bytes: Uint8Array, path: string): Line[] {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`Cannot read "${path}": it is not UTF-8`);
  }
  const lines = text.split("\n").map((line, index) => {
    return { text: line.trim(), place: `${path}:${index + 1}` };
  });
  return lines.filter(({ text }) => text !== "" && text[0] !== "#");
}
