// How often to look at the files, in ms. `Deno.watchFs` would tell at once, but it says nothing of a file
// that becomes a link to another folder, nor of what a link leads to (Deno 2.9).
const LOOK_MS = 250;

/** Files as a {@linkcode Watching} looks at them. */
export interface Watched {
  /** Whether something has changed since it was taken up. */
  isStale(): boolean;
  /** A text that changes with every change. */
  looks(): string;
}

/** Tells of changes, from time to time and when they have come to rest. */
export class Watching implements Disposable {
  readonly #watched: Watched;
  readonly #onChange: () => Promise<unknown>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;
  /** The text found at the last look. */
  #seen: string;
  /** The text that was told of: a change that could not be taken up is not told again. */
  #told = "";

  /** Begins to look. */
  constructor(watched: Watched, onChange: () => Promise<unknown>) {
    this.#watched = watched;
    this.#onChange = onChange;
    this.#seen = watched.looks();
    this.#lookLater();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#disposed) return;
    this.#timer = setTimeout(() => this.#look().finally(() => this.#lookLater()), LOOK_MS);
    // A program that has nothing else to do may end.
    Deno.unrefTimer(this.#timer);
  }

  async #look(): Promise<void> {
    const looks = this.#watched.looks();
    // Files are seldom written in one moment: they are read when they have come to rest.
    const rests = looks === this.#seen;
    this.#seen = looks;
    if (!rests || looks === this.#told) return;
    this.#told = looks;
    if (this.#watched.isStale()) await this.#onChange();
  }
}
