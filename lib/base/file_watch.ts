import { lookOf } from "./look_of.ts";

// How often to look at the files, in ms. `Deno.watchFs` would tell at once, but it says nothing of a file
// that becomes a link to another folder, as orchestrators replace them (Deno 2.9).
const LOOK_MS = 500;

/** Options of {@linkcode FileWatch}. */
export interface FileWatchOptions {
  /** The looks of the files when they were read; default: as they are now. */
  readonly known?: string;
  /** Whether to tell of them although they stay the same; default: never. */
  readonly isDue?: () => boolean;
}

/** Looks at files again and again, and tells when they have changed, also by others that take their places. */
export class FileWatch implements Disposable {
  readonly #files: readonly string[];
  readonly #changed: () => void;
  readonly #isDue: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The looks of the files when that was told. */
  #known: string;
  /** The same at the last look. */
  #seen: string;

  /**
   * Begins to look.
   *
   * @param changed Called when the files have changed and come to rest; MUST NOT throw.
   */
  constructor(files: readonly string[], changed: () => void, options: FileWatchOptions = {}) {
    const { known = looksOf(files), isDue = () => false } = options;
    this.#files = files;
    this.#changed = changed;
    this.#isDue = isDue;
    this.#known = this.#seen = known;
    this.#lookLater();
  }

  /** Somebody else is about to read the files: as they are now, they are nothing new. */
  skip(): void {
    this.#known = this.#seen = looksOf(this.#files);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => {
      this.#lookLater();
      this.#look();
    }, LOOK_MS);
    // A program that has nothing else to do may end.
    Deno.unrefTimer(this.#timer);
  }

  #look(): void {
    const looks = looksOf(this.#files);
    // They are seldom written in one moment: they are read when they have come to rest.
    const rests = looks === this.#seen;
    this.#seen = looks;
    if (!rests || (looks === this.#known && !this.#isDue())) return;
    this.#known = looks;
    this.#changed();
  }
}

/** A text that changes whenever one of the files does. */
export function looksOf(files: readonly string[]): string {
  return files.map(lookOf).join();
}
