import { UsageError } from "../base/errors.ts";
import type { closest } from "./closest.ts";

/** A word that was said and is no name, and the names that there are. */
export interface UnknownName {
  readonly said: string;
  readonly known: readonly string[];
  /** Characters in front of names where they are said, such as `--`. */
  readonly prefix?: string;
  /** Default: 2. */
  readonly exitCode?: UsageError["exitCode"];
}

/** A name that there is not. The one that was meant is looked for only where the error is told. */
export class UnknownNameError extends UsageError {
  readonly #what: string;
  readonly #expected: string;
  readonly #name: UnknownName;

  /**
   * @param what The beginning of the message, with the name.
   * @param expected The end of the message, behind the hint; may be empty.
   */
  constructor(what: string, expected: string, name: UnknownName) {
    super(what + expected, name.exitCode ?? 2);
    this.#what = what;
    this.#expected = expected;
    this.#name = name;
  }

  /** The same mistake, with a hint at the name that was probably meant. */
  hinted(hint: typeof closest): UsageError {
    const { said, known, prefix } = this.#name;
    return new UsageError(this.#what + hint(said, known, prefix) + this.#expected, this.exitCode);
  }
}
